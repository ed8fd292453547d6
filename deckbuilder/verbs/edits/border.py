"""What can be mended in a record that did not pass the border, without a guess."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from deckbuilder.records import KINDS, Record
from deckbuilder.records.base import ROOT, near_id
from deckbuilder.source import Document, Path_
from deckbuilder.verbs.edits.editable import Editable

# The rule, the record, the path, the old text, the new one (None: taken out), whether the path ends in the text itself.
Edit = tuple[str, Document, Path_, str, str | None, bool]


def edits(cards: Editable, document: Document) -> Iterator[Edit]:
    """Spinal roots in lower case, ids that stand twice in a list, references spelt in another case or with spaces."""
    cls = KINDS.get(next(iter(document.value), ""))
    if cls is None or document.faulty:
        return
    wrong: list[Any] = []
    try:
        cls.model_validate(document.value)
    except ValidationError as error:
        wrong = error.errors(include_url=False)
    ids: set[str] = set()
    for each in wrong:
        path, context = tuple(step for step in each["loc"] if step != "[key]"), each.get("ctx", {})
        held = document.at(path)
        if each["type"] == "bad-root" and isinstance(held, str) and (right := _root(held)):
            yield "bad-root", document, path, held, right, False
        elif each["type"] == "named-twice" and isinstance(held, list) and held.count(context["id"]) > 1:
            first = held.index(context["id"])
            yield "named-twice", document, (*path, held.index(context["id"], first + 1)), context["id"], None, False
        elif each["type"] == "bad-id":
            ids.add(str(context["value"]))
    if ids:
        yield from _references(cards, document, cls, ids)


def _root(typed: str) -> str:
    """The root that was meant, '' if none was."""
    return next((each for each in (typed.capitalize(), typed.upper()) if ROOT.fullmatch(each)), "")


def _references(cards: Editable, document: Document, cls: type[Record], wrong: set[str]) -> Iterator[Edit]:
    """The record is read as if every wrong id were the one that it nearly is; then each that leads to one thing is meant."""
    value = _respelt(document.value, wrong)
    try:
        record = cls.model_validate(value)
    except ValidationError:
        return
    record._document = Document(document.file, document.document, document.item, value)
    for reference in record.refers():
        if sum(cards.library.answers(kind, reference.id) for kind in set(reference.kinds)) != 1:
            continue
        path = reference.path
        held = document.at(path[:-1] if reference.named else path)
        if reference.named:
            written = [held] if isinstance(held, str) else list(held or ()) if isinstance(held, list | dict) else []
            old = [each for each in written if isinstance(each, str) and _spelt(each, wrong) == reference.id]
            # Where the right one stands beside it, the two would be one.
            if len(old) == 1 and old[0] != reference.id:
                yield "bad-id", document, (*path[:-1], old[0]), old[0], reference.id, True
        elif isinstance(held, str) and held != reference.id and _spelt(held, wrong) == reference.id:
            yield "bad-id", document, path, held, reference.id, False


def _spelt(text: str, wrong: set[str]) -> str:
    steps = text.split("/", 1)
    return "/".join(near_id(step) if step in wrong else step for step in steps)


def _respelt(value: Any, wrong: set[str]) -> Any:
    if isinstance(value, str):
        return _spelt(value, wrong)
    if isinstance(value, list):
        return [_respelt(each, wrong) for each in value]
    return (
        {_spelt(key, wrong): _respelt(each, wrong) for key, each in value.items()} if isinstance(value, dict) else value
    )
