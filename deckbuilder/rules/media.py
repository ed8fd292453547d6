"""Pictures: words that stand in for them, and no answer in them."""

from __future__ import annotations
