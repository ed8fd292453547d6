"""Names in free text: spelt as the vocabulary spells them, and said of the right muscle."""

from __future__ import annotations
