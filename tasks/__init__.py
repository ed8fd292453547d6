"""What `make` asks for: environments that set themselves up, and what is run in them.

Nothing but Python's own library is needed, and make is not: `python -m tasks test` is `make test`.
"""
