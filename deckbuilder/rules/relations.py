"""Who does what in a movement."""

from __future__ import annotations
