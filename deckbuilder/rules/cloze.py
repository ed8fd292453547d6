"""Sentences with gaps: enough around each gap, and no gap that is filled in beside it."""

from __future__ import annotations
