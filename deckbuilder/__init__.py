"""Facts about muscles in, Anki decks out, and no learner loses a review over it."""

__version__ = "0.1.0"
