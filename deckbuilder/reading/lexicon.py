"""The names of a deck's things, found in texts: by whole words, the longest first, whatever their case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from deckbuilder.anatomy.library import Library
from deckbuilder.reading.english import in_both_spellings
from deckbuilder.reading.tokens import pieces, spots
from deckbuilder.records import Action, Bone, Exercise, Group, Joint, Muscle, Nerve, Structure


@dataclass(frozen=True, slots=True)
class Mention:
    """That a text names something: which kind it is of, its id, and where it stands in the text."""

    kind: str
    id: str
    start: int
    end: int


class Lexicon:
    """Names to ids. What two things are called names both."""

    def __init__(self, names: Iterable[tuple[str, str, str]]) -> None:
        """`names`: of each thing its kind, its id, and a name; a thing may come several times."""
        self._found: dict[str, tuple[Mention, ...]] = {}  # several rules ask about one text
        self._by_first: dict[str, dict[tuple[str, ...], list[tuple[str, str]]]] = {}
        for kind, id, name in names:
            for tokens in filter(None, in_both_spellings(pieces(name))):
                of = self._by_first.setdefault(tokens[0], {}).setdefault(tokens, [])
                if (kind, id) not in of:
                    of.append((kind, id))
        self._longest = {
            first: sorted({len(tokens) for tokens in found}, reverse=True) for first, found in self._by_first.items()
        }

    def mentions(self, text: str, *kinds: str) -> tuple[Mention, ...]:
        """What is named in a text, from left to right and not within each other; of these kinds only, if any is given."""
        found = self._found.get(text)
        if found is None:
            found = self._found[text] = self._look(text)
        return tuple(each for each in found if each.kind in kinds) if kinds and found else found

    def names_any(self, text: str, *kinds: str) -> bool:
        """Whether something of these kinds is named in a text; where it stands costs more than that."""
        return any(kind in kinds for _, _, named in self._named(_tokens(text)) for kind, _ in named)

    def _look(self, text: str) -> tuple[Mention, ...]:
        found = list(self._named(_tokens(text)))
        places = spots(text) if found else []
        return tuple(
            Mention(kind, id, places[at][0], places[after - 1][1]) for at, after, named in found for kind, id in named
        )

    def _named(self, tokens: Sequence[str]) -> Iterator[tuple[int, int, list[tuple[str, str]]]]:
        """What is named in these words: where it begins, where it ends, and all that is called so."""
        if self._by_first.keys().isdisjoint(tokens):
            return
        after = 0
        for at, token in enumerate(tokens):
            if at >= after and token in self._by_first:
                after, named = self._longest_at(tokens, at)
                if named:
                    yield at, after, named

    def _longest_at(self, tokens: Sequence[str], at: int) -> tuple[int, list[tuple[str, str]]]:
        """Where the longest name that begins here ends, and what is called so."""
        names = self._by_first[tokens[at]]
        for length in self._longest[tokens[at]]:
            named = names.get(tuple(tokens[at : at + length]))
            if named and at + length <= len(tokens):
                return at + length, named
        return at + 1, []

    def ids(self, text: str, *kinds: str) -> list[str]:
        """The ids of what is named, each once."""
        return list(dict.fromkeys(each.id for each in self.mentions(text, *kinds)))


def _tokens(text: str) -> Sequence[str]:
    """The words of a text, as many as it has spots."""
    tokens = pieces(text)
    if text.isascii():
        return tokens
    places = spots(text)
    return tokens if len(places) == len(tokens) else [text[start:end].lower() for start, end in places]


def names_of(library: Library) -> Iterator[tuple[str, str, str]]:
    """Everything that has a name: its kind, its id, and each way in which texts say it."""
    for muscle in library.of(Muscle):
        yield from _of_muscle(muscle)
    for group in library.of(Group):
        yield from _each("group", group.id, [group.name, *_singular(group.name)])
    for bone in library.of(Bone):
        yield from _each("bone", bone.id, [bone.name, *_singular(bone.name)])
        for id, name in bone.landmarks.items():
            yield from _each("landmark", id, _of_bone(name, bone))
    yield from (("structure", each.id, each.name) for each in library.of(Structure))
    yield from (("joint", each.id, each.name) for each in library.of(Joint))
    yield from (("nerve", each.id, each.name) for each in library.of(Nerve))
    for action in library.of(Action):
        yield from _each("action", action.id, [action.name, *_forms(action)])
    yield from (("exercise", each.id, each.name) for each in library.of(Exercise))


def _of_muscle(muscle: Muscle) -> Iterator[tuple[str, str, str]]:
    """Its name and its Latin one; its parts as 'long head of …' and '…, long head'."""
    latin = muscle.latin.removeprefix("Musculus ")
    for name in filter(None, (muscle.name, latin)):
        yield "muscle", muscle.id, name
        for part in muscle.divisions:
            said = muscle.part_name(part).lower()
            yield from _each(
                "muscle", f"{muscle.id}/{part}", (f"{said} of {name}", f"{said} of the {name}", f"{name} {said}")
            )


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
