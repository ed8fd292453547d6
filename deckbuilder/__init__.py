"""Facts about muscles in, Anki decks out, and no learner loses a review over it.

`deckbuilder.open("my-deck")` is the way in for programs: docs/api.md shows what can be asked of the workspace that it gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import os

    from deckbuilder.core.diagnostics import Diagnostic, Fault
    from deckbuilder.workspace import Workspace

__version__ = "0.1.0"

__all__ = ["Diagnostic", "Fault", "Workspace", "open"]


def open(folder: str | os.PathLike[str] | None = None) -> Workspace:
    """The project in a folder, as it is now; without one, the project around the working folder, or else the shipped deck.

    Nothing is read before it is asked for. Raises `Fault` where the folder holds no project.
    """
    from deckbuilder.workspace import Workspace

    return Workspace.open(folder)


def __getattr__(name: str) -> Any:
    """The classes of the interface, imported when somebody asks for them: a verb's `--help` needs none of them."""
    if name == "Workspace":
        from deckbuilder import workspace

        return workspace.Workspace
    if name in ("Diagnostic", "Fault"):
        from deckbuilder.core import diagnostics

        return getattr(diagnostics, name)
    raise AttributeError(f"module 'deckbuilder' has no attribute '{name}'")
