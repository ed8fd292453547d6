"""A record gets another id: every reference follows, and what learners know it by is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import nullcontext

from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.project import Project
from deckbuilder.core.turn import alone
from deckbuilder.records import KINDS, Record, Reference
from deckbuilder.records.base import ID, Noted, suggest_id
from deckbuilder.verbs.edits import targets
from deckbuilder.verbs.edits.draft import Draft, Edited
from deckbuilder.verbs.edits.editable import Editable, read
from deckbuilder.verbs.edits.targets import Target
from deckbuilder.workspace import ratchet


def rename(
    project: Project,
    old: str,
    new: str,
    *,
    dry_run: bool = False,
    committing: Callable[[], None] = lambda: None,
) -> Edited:
    """The id `old` changed to `new` wherever the cards name it, and added to `formerly` where a note hangs on it.

    Raises `Fault`, with every file as it was, where the id cannot be had or a reference might be missed. `dry_run`:
    nothing is written. `committing` is called when all is written aside and only has to be moved into place.
    """
    with nullcontext() if dry_run or project.read_only else alone(project):
        cards = read(project)
        done = _done(cards, old, new)
        if done is not None:
            return Edited(done.key, done=f"{done.key} was renamed from '{old}' already")
        target = targets.find(cards, old)
        id = _new_id(target, new)
        draft = draft_of(cards, target, id)
        if not dry_run:
            kept = () if target.within else ratchet.renamed(cards.workspace.known, target.key, target.key_of(id))
            draft.save(committing, kept)
        return draft.edited(target.key_of(id))


def draft_of(cards: Editable, target: Target, id: str) -> Draft:
    """The rename worked out, and read back: every record names what it named before. Raises `Fault` as `rename` does."""
    _sure(cards, target)
    _free(cards, target, id)
    draft = Draft(cards)
    # Its own file comes last: a rename that is killed half way still finds its record when it is run again.
    for record in sorted(cards.records, key=lambda each: each.document.file.name == target.document.file.name):
        _follow(draft, target, id, record)
    if not target.within and any(_implied(target.record, each) for each in target.record.refers()):
        draft.add(target.document, (), target.kind, "sources", target.id)  # else it would cite its new id
    draft.set(target.document, target.path, target.id, id, named=target.landmark)
    if target.subjects:
        _keep(draft, target, id)
    word = re.compile(rf"(?<![a-z0-9-]){target.id}(?![a-z0-9-])")
    after_it = draft.after(lambda message: word.sub(id, message))
    expected = {place: [_after(cards, target, id, each) for each in found] for place, found in _named(cards)}
    if expected != {place: [each.id for each in found] for place, found in _named(after_it)}:
        raise Fault(f"what the cards name would not be the same after this rename of {target.key}", "rename it by hand")
    return draft


def _follow(draft: Draft, target: Target, id: str, record: Record) -> None:
    """What a record names is named by its new id."""
    for reference in record.refers():
        after = _after(draft.cards, target, id, reference)
        if after == reference.id:
            continue
        if _implied(record, reference):
            draft.add(record.document, (), record.kind, "sources", after)
        else:
            draft.set(record.document, reference.path, reference.id, after, named=reference.named)


def _done(cards: Editable, old: str, new: str) -> Target | None:
    """What has the new id, and says that it had the old one, which nothing has any more."""
    every = list(targets.every(cards))
    if any(old in (each.key, each.id) for each in every):
        return None
    named = (each for each in every if new in (each.key, each.id))
    return next((each for each in named if any(old in (id, each.key_of(id)) for id in each.formerly)), None)


def _new_id(target: Target, new: str) -> str:
    before, _, id = new.rpartition("/")
    if before and before not in (target.kind, target.key.rpartition("/")[0], target.within):
        kind = before.split("/")[0]
        if kind == target.kind or kind not in (*KINDS, "landmark"):
            raise Fault(f"'{new}' is not an id for {target.key}", "write the new id alone")
        raise Fault(
            f"{target.key} cannot become a record of the kind '{kind}'",
            "Anki keeps a note in its note type: retire this one, and write a new record"
            if target.subjects
            else "write a new record, and delete this one when nothing names it",
        )
    if not re.fullmatch(ID, id):
        raise Fault(f"'{id}' is not an id", suggest_id(id))
    if id == target.id:
        raise Fault(f"{target.key} has this id already", "name another one")
    return id


def _sure(cards: Editable, target: Target) -> None:
    """A reference could be missed in what cannot be read."""
    if cards.unread:
        listed = "; ".join(str(fault.location) for fault in cards.unread[:5])
        raise Fault(
            f"references to '{target.id}' may stand where the cards cannot be read: {listed}",
            "mend that first; `deckbuilder check` says what is wrong",
        )
    fault = None if target.within else targets.fault_naming(cards, target.id)
    if fault is not None:
        raise Fault(f"'{target.id}' stands in a record at fault: {fault.location}: {fault.message}", "mend that first")


def _free(cards: Editable, target: Target, id: str) -> None:
    """The new id must be nobody's: neither in the cards, nor in a learner's collection."""
    key = target.key_of(id)
    for each in targets.every(cards):
        if each.key == key:
            raise Fault(f"the id '{id}' is taken, at {each.record.locate(*each.path)}", "choose another one")
    if not target.within and cards.lost.answers(target.kind, id):
        raise Fault(f"the id '{id}' may be taken by a record at fault", "mend that first: `deckbuilder check` shows it")
    _unmistakable(cards, target, id)
    for subject in target.subjects:
        _free_at_learners(cards, target, id, subject)


def _unmistakable(cards: Editable, target: Target, id: str) -> None:
    """No reference may lead to two things after the rename."""
    for record in cards.records:
        for reference in record.refers():
            if target.kind not in reference.kinds or _after(cards, target, id, reference).split("/")[0] != id:
                continue
            other = next((kind for kind in reference.kinds if cards.library.answers(kind, id)), None)
            if other:
                where = record.locate(*reference.path, key=reference.named)
                raise Fault(f"{other}/{id} exists, and {where} could mean either of the two", "choose another id")


def _free_at_learners(cards: Editable, target: Target, id: str, subject: Noted) -> None:
    """No learner may have another note under the key that a note of the target gets."""
    at_learners = subject.key.replace(target.key, target.key_of(id), 1)
    entry = cards.lock.notes.get(at_learners)
    own = at_learners in (f"{subject.kind}/{each}" for each in subject.formerly)
    if entry is None or (own and subject.key not in cards.lock.notes):
        return
    if entry.retired or own:
        raise Fault(
            f"learners have another note, {'retired' if entry.retired else 'not retired'}, with the id '{at_learners}'",
            "an id is never used again: choose another one",
        )
    raise Fault(
        f"learners have '{at_learners}', and no card has this id any more",
        f"if this is the same note, add `formerly: {id}` to it by hand; if not, choose another id",
    )


def _after(cards: Editable, target: Target, id: str, reference: Reference) -> str:
    """What a reference says after the rename: another id if it leads to the target, the same part of it."""
    first, slash, part = reference.id.partition("/")
    if target.within or first != target.id or cards.leads(reference) != target.kind:
        return reference.id
    return f"{id}{slash}{part}"


def _implied(record: Record, reference: Reference) -> bool:
    """Whether nobody typed it: a study without `sources` cites the source of its own id."""
    return reference.path == ("sources",) and "sources" not in record.document.value


def _keep(draft: Draft, target: Target, id: str) -> None:
    """`formerly` says what the id was, the oldest first, and never what it is."""
    document, at, known = target.document, target.path[:-1], target.formerly
    if id not in known:
        if "formerly" not in target.written:
            draft.add(document, at, str(target.path[-1]), "formerly", target.id)
        elif target.id not in known:
            draft.append(document, (*at, "formerly"), target.id)
    elif any(subject.key in draft.cards.lock.notes for subject in target.subjects):
        after = [each for each in (*known, target.id) if each != id]
        for step, (was, now) in enumerate(zip(known, after, strict=True)):
            if was != now:
                draft.set(document, (*at, "formerly", step), was, now)
    else:  # back to the id that learners know: nobody ever had it under this one
        draft.remove(document, (*at, "formerly"), id)


def _named(cards: Editable) -> Iterator[tuple[tuple[str, int, int | None], list[Reference]]]:
    """What each record names, by where the record stands."""
    for record in cards.records:
        document = record.document
        yield (document.file.name, document.document, document.item), list(record.refers())
