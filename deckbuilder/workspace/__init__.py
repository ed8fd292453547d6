"""A project now and at other times: its snapshot, what is built of it, what went out."""

from __future__ import annotations

from deckbuilder.workspace.snapshot import Checked, Workspace

__all__ = ["Checked", "Workspace"]
