"""The changes of one verb, collected: as splices of the files' texts, and apart from them as values to be read back."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Any

from deckbuilder.core.diagnostics import Fault, Location
from deckbuilder.core.frozen import dataclass
from deckbuilder.source import Document, File, Path_, edit
from deckbuilder.source.document import BREAK
from deckbuilder.source.edit import Edit
from deckbuilder.source.paths import changed, renamed
from deckbuilder.verbs.edits.editable import Editable
from deckbuilder.verbs.edits.save import save


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One change, at its line in the new text. `old` is empty for what was added, `new` for what was deleted."""

    location: Location
    old: str
    new: str

    def __str__(self) -> str:
        said = (
            f"{self.old} -> {self.new}" if self.old and self.new else f"+ {self.new}" if self.new else f"- {self.old}"
        )
        return f"{self.location.path}:{self.location.line}: {said}"


@dataclass(frozen=True, slots=True)
class Edited:
    """What a verb changed: nothing where `done` says why there was nothing to do."""

    subject: str
    changes: tuple[Change, ...] = ()
    files: int = 0
    done: str = ""


@dataclass(slots=True)
class Draft:
    """Changes to the cards of a project."""

    cards: Editable
    _files: dict[str, File] = field(default_factory=dict)
    _edits: dict[str, list[tuple[Edit, str, str]]] = field(default_factory=dict)
    _values: dict[int, Any] = field(default_factory=dict)
    _behind: dict[tuple[int, Path_, str], str] = field(default_factory=dict)

    def set(self, document: Document, path: Path_, old: str, new: str, *, named: bool = False) -> None:
        """The text at `path` replaced. `named`: the path ends in the text itself, a key or an item."""
        self._splice(document, edit.set_scalar(document, path, new, named=named), old, new)
        put = renamed if named else _put
        self._expect(document, lambda value: put(value, path, new))

    def add(self, document: Document, path: Path_, after: str, key: str, text: str) -> None:
        """`key: text` in the mapping at `path`, behind `after` and whatever was added behind that before."""
        self._splice(document, edit.add_key(document, path, after, key, text), "", f"{key}: {text}")
        place = (id(document), path, after)
        behind = self._behind.get(place, after)
        self._behind[place] = key
        self._expect(document, lambda value: changed(value, path, lambda held: _insert(held, behind, key, text)))

    def append(self, document: Document, path: Path_, text: str) -> None:
        """One more text at the end of the list, or behind the single one, at `path`."""
        *bracket, added = edit.append(document, path, text)
        for each in bracket:
            self._splice(document, each, "", "")
        self._splice(document, added, "", f"{path[-1]}: {text}")
        self._expect(document, lambda value: changed(value, path, lambda held: [*_listed(held), text]))

    def remove(self, document: Document, path: Path_, text: str) -> None:
        """The list, or the single text, at `path` without this text; nothing is left of the key if it was the last."""
        held = document.at(path)
        key = str(path[-1])
        if len(_listed(held)) > 1:
            self._splice(document, edit.remove_item(document, path, text), f"{key}: {text}", "")
            rest = [each for each in _listed(held) if each != text]
            self._expect(document, lambda value: changed(value, path, lambda held: rest))
        else:
            self._splice(document, edit.remove_key(document, path), f"{key}: {text}", "")
            self._expect(document, lambda value: changed(value, path[:-1], lambda held: _without(held, key)))

    def drop(self, document: Document, path: Path_) -> None:
        """The key, or the item at the place, that the path ends in is taken out, with the mapping if it was the only one."""
        held = document.at(path[:-1])
        while len(path) > 1 and (not isinstance(held, dict | list) or len(held) == 1):
            path = path[:-1]
            held = document.at(path[:-1])
        said = f"{path[-1]}: {_shown(held[path[-1]])}" if isinstance(path[-1], str) else _shown(held[path[-1]])
        if isinstance(held, list):
            self._splice(document, edit.remove_place(document, path), said, "")
        else:
            self._splice(document, edit.remove_key(document, path), said, "")
        self._expect(document, lambda value: changed(value, path[:-1], lambda held: _less(held, path[-1])))

    def words(self, document: Document, path: Path_, old: str, new: str) -> None:
        """These words of the text at `path` replaced, wherever they stand in it."""
        for each in edit.replace_words(document, path, old, new):
            self._splice(document, each, old, new)
        self._expect(
            document, lambda value: changed(value, path, lambda held: edit.whole(old).sub(lambda _: new, held))
        )

    def reword(self, document: Document, path: Path_, old: str, new: str) -> None:
        """The text at `path` replaced; the lines of a longer one stay as far as they can."""
        self._splice(document, edit.reword(document, path, new), old, new)
        self._expect(document, lambda value: changed(value, path, lambda _: new))

    def texts(self) -> dict[str, str]:
        """The new text of every file that changes, in the order of the first change to each."""
        return {
            name: edit.edited(file.text, (each for each, _, _ in self._edits[name]))
            for name, file in self._files.items()
        }

    def after(self, alike: Callable[[str], str]) -> Editable:
        """The cards as they would be. Raises `Fault` unless every record says what it said, but for these changes."""
        after = self.read_back()
        fault = self.cards.fault_after(after, alike)
        if fault is not None:
            raise Fault(f"this would be a new fault: {fault.location}: {fault.message}", fault.help)
        return after

    def read_back(self) -> Editable:
        """The cards as they would be, new faults too. Raises `Fault` unless every record says what it said, but for these."""
        after = self.cards.with_texts(self.texts())
        for name in self._files:
            old = [self._values.get(id(each), each.value) for each in self.cards.documents if each.file.name == name]
            new = [each.value for each in after.documents if each.file.name == name]
            if [_said(value) for value in old] != [_said(value) for value in new]:
                raise Fault(f"{name} is laid out in a way that cannot be edited in place", "make this change by hand")
        return after

    def changes(self) -> tuple[Change, ...]:
        """Every change at its line in the new texts."""
        found = []
        for name, edits in self._edits.items():
            text, shift = self._files[name].text, 0
            for each, old, new in sorted(edits, key=lambda one: (one[0].start, one[0].end)):
                visible = each.start + len(each.text) - len(each.text.lstrip())
                made = text[: each.start + shift] + each.text + text[each.end + shift :]
                line = len(BREAK.findall(made, 0, visible + shift)) + 1
                text, shift = made, shift + len(each.text) - (each.end - each.start)
                if old or new:
                    found.append(Change(Location(name, line), old, new))
        return tuple(sorted(found))

    def edited(self, subject: str) -> Edited:
        """What was changed, about the record of this key."""
        return Edited(subject, self.changes(), len(self._files))

    def save(self, committing: Callable[[], None], also: Sequence[tuple[File, str]] = ()) -> None:
        """Every changed file into place, or none; `also` other files, which go first."""
        texts = self.texts()
        own = [(file, texts[name]) for name, file in self._files.items()]
        save(self.cards.project.root, [*also, *own], committing)

    def _splice(self, document: Document, each: Edit, old: str, new: str) -> None:
        self._files.setdefault(document.file.name, document.file)
        self._edits.setdefault(document.file.name, []).append((each, old, new))

    def _expect(self, document: Document, change: Callable[[Any], Any]) -> None:
        self._values[id(document)] = change(self._values.get(id(document), document.value))


def _put(value: Any, path: Path_, text: str) -> Any:
    return changed(value, path, lambda _: text)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _insert(held: dict[str, Any], behind: str, key: str, text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each, value in held.items():
        found[each] = value
        if each == behind:
            found[key] = text
    return found


def _without(held: dict[str, Any], key: str) -> dict[str, Any]:
    return {each: value for each, value in held.items() if each != key}


def _less(held: Any, step: str | int) -> Any:
    if isinstance(held, list):
        return [each for place, each in enumerate(held) if place != step]
    return _without(held, str(step))


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _said(value: Any) -> str:
    """A value with the order of its keys."""
    return json.dumps(value)
