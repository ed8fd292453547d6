"""What only shows across notes: two answers to one question, names that are mixed up, holes."""

from __future__ import annotations
