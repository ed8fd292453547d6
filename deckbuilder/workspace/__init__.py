"""A project now and at other times: its stages in order, what is built of it, what went out."""
