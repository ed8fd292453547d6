"""What a text field may hold."""

from __future__ import annotations
