"""What can be mended in a record that did not pass the border, without a guess."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from deckbuilder.records import KINDS, Record, Reference
from deckbuilder.records.base import ROOT, near_id
from deckbuilder.source import Document, Path_
from deckbuilder.verbs.edits.editable import Editable

# The rule, the record, the path, the old text, the new one (None: taken out), whether the path ends in the text itself.
Edit = tuple[str, Document, Path_, str, str | None, bool]


def edits(cards: Editable, document: Document) -> Iterator[Edit]:
    """Spinal roots in lower case, ids that stand twice in a list, references spelled in another case or with spaces."""
    cls = KINDS.get(next(iter(document.value), ""))
    if cls is None or document.faulty:
        return
    ids: set[str] = set()
    for each in _wrong(cls, document.value):
        if each["type"] == "bad-id":
            ids.add(str(each["ctx"]["value"]))
        else:
            yield from _one(document, each)
    if ids:
        yield from _references(cards, document, cls, ids)


def _wrong(cls: type[Record], value: object) -> list[Any]:
    """What keeps a value from being a record of this kind, in pydantic's words."""
    try:
        cls.model_validate(value)
    except ValidationError as error:
        return list(error.errors(include_url=False))
    return []


def _one(document: Document, wrong: Any) -> Iterator[Edit]:
    """A root in lower case, or an id that stands twice."""
    path = tuple(step for step in wrong["loc"] if step != "[key]")
    held = document.at(path)
    if wrong["type"] == "bad-root" and isinstance(held, str) and (right := _root(held)):
        yield "bad-root", document, path, held, right, False
    elif wrong["type"] == "named-twice" and isinstance(held, list) and held.count(id := wrong["ctx"]["id"]) > 1:
        yield "named-twice", document, (*path, held.index(id, held.index(id) + 1)), id, None, False


def _root(typed: str) -> str:
    """The root that was meant, '' if none was."""
    return next((each for each in (typed.capitalize(), typed.upper()) if ROOT.fullmatch(each)), "")


def _references(cards: Editable, document: Document, cls: type[Record], wrong: set[str]) -> Iterator[Edit]:
    """The record is read as if every wrong id were the one that it nearly is; then each that leads to one thing is meant."""
    value = _respelled(document.value, wrong)
    try:
        record = cls.model_validate(value)
    except ValidationError:
        return
    record._document = Document(document.file, document.document, document.item, value)
    for reference in record.refers():
        if sum(cards.library.answers(kind, reference.id) for kind in set(reference.kinds)) != 1:
            continue
        old = [each for each in _ids_of(document, reference) if _spelled(each, wrong) == reference.id]
        # Where the right one stands beside it, the two would be one.
        if len(old) == 1 and old[0] != reference.id:
            path = (*reference.path[:-1], old[0]) if reference.named else reference.path
            yield "bad-id", document, path, old[0], reference.id, reference.named


def _ids_of(document: Document, reference: Reference) -> list[str]:
    """What is written where a reference stands; all ids of the list or mapping in which it is found by its name."""
    if not reference.named:
        return [document.text(reference.path) or ""]
    held = document.at(reference.path[:-1])
    written = [held] if isinstance(held, str) else list(held) if isinstance(held, list | dict) else []
    return [each for each in written if isinstance(each, str)]


def _spelled(text: str, wrong: set[str]) -> str:
    steps = text.split("/", 1)
    return "/".join(near_id(step) if step in wrong else step for step in steps)


def _respelled(value: Any, wrong: set[str]) -> Any:
    if isinstance(value, str):
        return _spelled(value, wrong)
    if isinstance(value, list):
        return [_respelled(each, wrong) for each in value]
    return (
        {_spelled(key, wrong): _respelled(each, wrong) for key, each in value.items()}
        if isinstance(value, dict)
        else value
    )
