"""Choices: four of one kind, and none that can be told by its looks."""

from __future__ import annotations
