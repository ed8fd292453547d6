"""A note that learners keep, and that is taught no longer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.project import Project
from deckbuilder.core.turn import alone
from deckbuilder.verbs.edits import targets
from deckbuilder.verbs.edits.draft import Draft, Edited
from deckbuilder.verbs.edits.editable import Editable, read
from deckbuilder.verbs.edits.targets import Target


def retire(
    project: Project,
    name: str,
    why: str,
    *,
    dry_run: bool = False,
    committing: Callable[[], None] = lambda: None,
) -> Edited:
    """`retired: why` added to a record, or to one comparison of a study. Raises `Fault`, with every file as it was.

    `dry_run`: nothing is written. `committing` is called when all is written aside and only has to be moved into place.
    """
    reason = " ".join(why.split())
    if not reason:
        raise Fault("the reason is empty", "say why it is retired, in a few words; authors will read it years from now")
    with nullcontext() if dry_run or project.read_only else alone(project):
        cards = read(project)
        target = targets.find(cards, name)
        _can_retire(cards, target)
        draft = Draft(cards)
        draft.add(target.document, target.path[:-1], str(target.path[-1]), "retired", reason)
        draft.after(lambda message: message)
        if not dry_run:
            draft.save(committing)
        return draft.edited(target.key)


def _can_retire(cards: Editable, target: Target) -> None:
    if not target.subjects:
        raise Fault(
            f"{target.key} makes no note", "what has no card cannot be retired: delete it when nothing names it"
        )
    retired = [subject for subject in target.subjects if subject.retired]
    if len(retired) == len(target.subjects):
        raise Fault(f"{target.key} is retired already: {retired[0].retired}", "its reason may be edited by hand")
    keys = [key for each in target.subjects for key in (each.key, *(f"{each.kind}/{old}" for old in each.formerly))]
    if not any(key in cards.lock.notes for key in keys):
        raise Fault(
            f"{target.key} is not in cards/deck.lock: it was never built, and nobody has it",
            "delete it instead; if the lock was lost, restore it first",
        )
