"""`python -m deckbuilder` is the same as `deckbuilder`."""

from deckbuilder.cli import main

main()
