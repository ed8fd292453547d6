"""Anki's own things, as its backend and reviewer make them: notes and note types, card templates, a card's HTML."""
