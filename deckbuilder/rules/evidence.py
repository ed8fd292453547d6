"""Numbers and studies: complete, right by arithmetic, not older than they may be, and no more than was measured."""

from __future__ import annotations
