"""The names of a deck's things, found in texts: by whole words, the longest first, whatever their case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from deckbuilder.anatomy.library import Library
from deckbuilder.records import Action, Bone, Exercise, Group, Joint, Muscle, Nerve, Structure

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Mention:
    """That a text names something: which kind it is of, its id, and where it stands in the text."""

    kind: str
    id: str
    start: int
    end: int


def words(text: str) -> list[str]:
    """The words of a text in lower case, hyphens apart."""
    return _WORD.findall(text.lower())


class Lexicon:
    """Names to ids. What two things are called names both."""

    def __init__(self, library: Library) -> None:
        self._found: dict[str, list[Mention]] = {}  # several rules ask about one text
        self._by_first: dict[str, dict[tuple[str, ...], list[tuple[str, str]]]] = {}
        for kind, id, name in _names(library):
            tokens = tuple(words(name))
            if tokens:
                of = self._by_first.setdefault(tokens[0], {}).setdefault(tokens, [])
                if (kind, id) not in of:
                    of.append((kind, id))
        self._longest = {
            first: sorted({len(tokens) for tokens in found}, reverse=True) for first, found in self._by_first.items()
        }

    def mentions(self, text: str, *kinds: str) -> list[Mention]:
        """What is named in a text, from left to right and not within each other; of these kinds only, if any is given."""
        found = self._found.get(text)
        if found is None:
            found = self._found[text] = self._look(text)
        return [each for each in found if each.kind in kinds] if kinds else list(found)

    def _look(self, text: str) -> list[Mention]:
        spots = [(each[0].lower(), each.start(), each.end()) for each in _WORD.finditer(text)]
        found: list[Mention] = []
        at = 0
        while at < len(spots):
            step = 1
            for length in self._longest.get(spots[at][0], ()):
                named = self._by_first[spots[at][0]].get(tuple(word for word, _, _ in spots[at : at + length]))
                if named and at + length <= len(spots):
                    start, end = spots[at][1], spots[at + length - 1][2]
                    found += [Mention(kind, id, start, end) for kind, id in named]
                    step = length
                    break
            at += step
        return found

    def ids(self, text: str, *kinds: str) -> list[str]:
        """The ids of what is named, each once."""
        return list(dict.fromkeys(each.id for each in self.mentions(text, *kinds)))


def _names(library: Library) -> Iterator[tuple[str, str, str]]:
    for muscle in library.of(Muscle):
        latin = muscle.latin.removeprefix("Musculus ")
        for name in filter(None, (muscle.name, latin)):
            yield "muscle", muscle.id, name
            for part in muscle.divisions:
                said = muscle.part_name(part).lower()
                yield "muscle", f"{muscle.id}/{part}", f"{said} of {name}"
                yield "muscle", f"{muscle.id}/{part}", f"{said} of the {name}"
                yield "muscle", f"{muscle.id}/{part}", f"{name} {said}"
    for group in library.of(Group):
        yield from _each("group", group.id, [group.name, *_singular(group.name)])
    for bone in library.of(Bone):
        yield from _each("bone", bone.id, [bone.name, *_singular(bone.name)])
        for id, name in bone.landmarks.items():
            yield from _each("landmark", id, _of_bone(name, bone))
    for structure in library.of(Structure):
        yield "structure", structure.id, structure.name
    for joint in library.of(Joint):
        yield "joint", joint.id, joint.name
    for nerve in library.of(Nerve):
        yield "nerve", nerve.id, nerve.name
    for action in library.of(Action):
        yield from _each("action", action.id, [action.name, *_forms(action)])
    for exercise in library.of(Exercise):
        yield "exercise", exercise.id, exercise.name


def _each(kind: str, id: str, names: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    for name in names:
        yield kind, id, name


def _singular(name: str) -> list[str]:
    return [name[:-1]] if name.endswith("s") and not name.endswith(("us", "is", "ss")) else []


def _of_bone(name: str, bone: Bone) -> Iterator[str]:
    """'Linea aspera' also as 'linea aspera of the femur', 'Body of pubis' also as 'body of the pubis'."""
    yield name
    yield f"{name} of the {bone.name}"
    if " of " in name:
        yield name.replace(" of ", " of the ")


def _forms(action: Action) -> Iterator[str]:
    """'extends the hip', 'extend the hip', 'extending the hip', 'extension of the hip', 'extends at the hip'."""
    verb, _, rest = action.phrase.partition(" ")
    yield action.phrase
    stem = verb[:-1] if verb.endswith("s") else verb
    yield f"{stem} {rest}"
    yield f"{stem.removesuffix('e')}ing {rest}"
    first, _, last = action.name.partition(" ")
    yield f"{last} of the {first}"
