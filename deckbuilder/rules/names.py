"""Names in free text: spelt as the vocabulary spells them, and said of the right muscle."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rapidfuzz.distance import DamerauLevenshtein

from deckbuilder.reading.tokens import pieces, stem
from deckbuilder.records import Record
from deckbuilder.rules.rule import Found, Seen, rule
from deckbuilder.source import Path_

_ANATOMY = ("muscle", "bone", "nerve", "structure", "group", "joint", "action", "region")
LEAST = 5  # letters: shorter words have neighbours in every language
_ENDINGS = frozenset("sdrenlcy")  # muscles, fibular, tibial, but not brachi
_SMALL = frozenset(["of", "the", "and", "to", "muscle", "muscles", "nerve", "bone", "joint"])


@rule(whole=True)
def misspelt_name(seen: Seen) -> Iterator[Found]:
    """A word in a text that nobody uses otherwise, one letter away from a word of the vocabulary.

    Why: one wrong name spoils the trust in a deck, and general spelling checkers pass *glutues* and *semitendinosis*.
    It is only told, never mended: the nearest name may be another muscle.

    Bad:
        why: A weak helper of gastrocnemeus.

    Good:
        why: A weak helper of gastrocnemius.
    """
    known: set[str] = set()
    for record in seen.records:
        if record.kind in _ANATOMY:
            for id in (record.id, *(getattr(record, "landmarks", None) or getattr(record, "divisions", None) or ())):
                known.update(word for word in pieces(id) if len(word) >= LEAST)
    ordinary = {*seen.words("ordinary")}
    used: dict[str, set[int]] = {}
    rare: dict[str, list[tuple[Record, Path_]]] = {}
    for place, (record, texts) in enumerate(seen.said):
        for said in texts:
            for word in pieces(said.text):
                if len(word) > LEAST and word not in known and word.isalpha():
                    used.setdefault(word, set()).add(place)
                    rare.setdefault(word, []).append((record, said.path))
    often = seen.limit("spelt-so-by-others")
    index = _neighbours(known | _of_names(seen, used, often))
    for word, places in rare.items():
        if len(used[word]) >= often or word in ordinary:
            continue
        near = {
            each
            for cut in _cuts(word)
            for each in index.get(cut, ())
            if each != word and DamerauLevenshtein.distance(word, each) == 1 and not _inflected(word, each)
        }
        if near:
            meant = " or ".join(f"'{each}'" for each in sorted(near))
            for record, path in places:
                if getattr(record, "retired", ""):
                    continue
                yield Found(
                    record, path, f"'{word}' is no word of this deck's vocabulary", f"did you mean {meant}?", word=word
                )


def _of_names(seen: Seen, used: dict[str, set[int]], often: float) -> set[str]:
    """The words of names that others use as well: a name alone may itself be misspelt."""
    found: set[str] = set()
    for record, texts in seen.said:
        for said in texts if record.kind in _ANATOMY else ():
            if said.role == "name":
                found.update(word for word in pieces(said.text) if len(used.get(word, ())) >= often)
    return found


def _cuts(word: str) -> Iterable[str]:
    """The word and what is left of it without one of its letters: words one edit apart share one of these."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def _neighbours(known: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in known:
        for cut in _cuts(word):
            found.setdefault(cut, []).append(word)
    return found


def _inflected(word: str, other: str) -> bool:
    """'adductors' and 'adductor', 'rotates' and 'rotate', 'femoral' and 'femora': two forms of one word."""
    short, long = sorted((word, other), key=len)
    return (long.startswith(short) and long[len(short) :] in _ENDINGS) or stem(word) == stem(other)


@rule()
def name_against_id(seen: Seen) -> Iterator[Found]:
    """The name of a muscle, bone, landmark, nerve or structure that leaves out what its id says.

    Why: an id is typed once and stays; a name is typed again later, by somebody who had another one in mind, or another
    language. Learners then meet two names for one thing.

    Bad:
        landmarks: {lesser-trochanter: Trochanter minor}

    Good:
        landmarks: {lesser-trochanter: Lesser trochanter}
    """
    for record, texts in seen.said:
        if record.kind not in ("muscle", "bone", "nerve", "structure"):
            continue
        for said in texts:
            if said.role != "name" or said.path not in (("name",), ("landmarks", said.path[-1])):
                continue
            id = record.id if said.path == ("name",) else str(said.path[-1])
            meant = [word for word in pieces(id) if word not in _SMALL]
            starts = {word[:4] for word in pieces(said.text)}
            left = [word for word in meant if word[:4] not in starts]
            if len(left) * 2 >= len(meant) and left:
                help = f"write '{id.replace('-', ' ').capitalize()}', or give it another id with `deckbuilder rename`"
                yield Found(
                    record, said.path, f"the name '{said.text}' does not say '{' '.join(left)}', as the id does", help
                )


@rule()
def latin_name(seen: Seen) -> Iterator[Found]:
    """A Latin name that is none: Terminologia Anatomica calls a muscle *Musculus* and what follows.

    Why: learners who read other languages know the muscle by it.
    Source: Terminologia Anatomica, second edition.

    Bad:
        latin: Obturator internus

    Good:
        latin: Musculus obturatorius internus
    """
    for muscle in seen.library.muscles:
        if muscle.latin and not muscle.latin.startswith("Musculus "):
            help = "write 'Musculus' and the rest in Latin, or leave `latin` out"
            yield Found(muscle, ("latin",), f"'{muscle.latin}' is no Latin name of a muscle", help)


_LEVEL = re.compile(r"\b([CTLS])(\d{1,2})\b")
_LAST = {"C": 8, "T": 12, "L": 5, "S": 5}


@rule()
def spinal_level(seen: Seen) -> Iterator[Found]:
    """A vertebra or spinal root that people do not have: T13, L6, S6.

    Why: a digit beside the right one, and no word beside it looks wrong. Roots under `roots` are checked by their form.

    Bad:
        origin: {bodies-of-lumbar-vertebrae: L1 to L6}

    Good:
        origin: {bodies-of-lumbar-vertebrae: L1 to L5}
    """
    for record, said in seen.texts:
        for found in _LEVEL.finditer(said.text):
            letter, number = found[1], int(found[2])
            if not 1 <= number <= _LAST[letter]:
                message = f"there is no {found[0]}: these levels end with {letter}{_LAST[letter]}"
                yield Found(
                    record, said.path, message, f"write '{letter}{_LAST[letter]}', or another level", word=found[0]
                )
