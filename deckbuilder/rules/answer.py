"""What is answered: short, few, in the terms of the deck."""

from __future__ import annotations
