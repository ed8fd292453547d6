"""An .apkg, written and read."""
