"""`cards/warnings.json` made to know the warnings that there are now: their number may only go down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from deckbuilder.core.diagnostics import Fault, errors
from deckbuilder.core.project import Project
from deckbuilder.core.transaction import writing
from deckbuilder.core.turn import alone
from deckbuilder.workspace import ratchet
from deckbuilder.workspace.ratchet import Ratchet
from deckbuilder.workspace.snapshot import Checked, Workspace


def tighten(
    project: Project, *, today: date | None = None, committing: Callable[[], None] = lambda: None
) -> tuple[Checked, Ratchet]:
    """The file as it must be now, written; what was found, and what the file knew before.

    Nothing is written where there are errors, since they hide warnings, or where a rule's warnings have grown. Raises
    `Fault` where it cannot be written.
    """
    if project.read_only:
        raise Fault("the deck that ships with deckbuilder is read only", "make your own with `deckbuilder new DIR`")
    with alone(project):
        workspace = Workspace(project)
        checked = workspace.check(today=today)
        text = ratchet.text_of(checked.diagnostics)
        if not errors(checked.diagnostics) and not checked.grown and text != workspace.known.text:
            with writing(ratchet.FILE, kept="it is as it was") as transaction:
                transaction.text(project.root / ratchet.FILE, text)
                transaction.commit(committing)
        return checked, workspace.known
