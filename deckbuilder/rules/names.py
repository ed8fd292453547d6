"""Names in free text: spelled as the vocabulary spells them, and said of the right muscle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import itemgetter

from rapidfuzz.distance import DamerauLevenshtein

from deckbuilder.core.patterns import regex
from deckbuilder.reading.english import english
from deckbuilder.reading.tokens import pieces, stem
from deckbuilder.records import Muscle, Record
from deckbuilder.records.keys import Said
from deckbuilder.rules.rule import Found, Seen, is_retired, rule
from deckbuilder.source import Path_

_ANATOMY = ("muscle", "bone", "nerve", "structure", "group", "joint", "action", "region")
LEAST = 5  # letters: shorter words have neighbors in every language
_ENDINGS = frozenset("sdrenlcy")  # muscles, fibular, tibial, but not brachi
_NAMED_BY_ID = ("muscle", "bone", "nerve", "structure")
_SMALL = frozenset(["of", "the", "and", "to", "muscle", "muscles", "nerve", "bone", "joint"])


@rule(whole=True, scope="all")
def misspelled_name(seen: Seen) -> Iterator[Found]:
    """A word in a text that nobody uses otherwise, one letter away from a word of the vocabulary.

    Why: one wrong name spoils the trust in a deck, and general spelling checkers pass *glutues* and *semitendinosis*.
    It is only told, never mended: the nearest name may be another muscle.

    Bad:
        why: A weak helper of gastrocnemeus.

    Good:
        why: A weak helper of gastrocnemius.
    """
    known, ordinary = _of_ids(seen), {*seen.words("ordinary"), *english().british}
    common, rare = _used(seen, known)
    index = _neighbors(known | (common & _of_names(seen)), rare)
    for word, records in rare.items():
        near = set() if word in ordinary else _nearest(word, index)
        if near:
            meant = " or ".join(f"'{each}'" for each in sorted(near))
            message, help = f"'{word}' is no word of this deck's vocabulary", f"did you mean {meant}?"
            for record, path in _places(records, word):
                yield Found(record, path, message, help, word=word)


def _of_ids(seen: Seen) -> set[str]:
    """The longer words of the ids of bones, landmarks, muscles and the like: an id is typed once, and with care."""
    library = seen.library
    ids = [record.id for record in seen.records if record.kind in _ANATOMY]
    ids += [*library.landmarks, *(part for muscle in library.of(Muscle) for part in muscle.divisions)]
    return {word for id in ids for word in id.split("-") if len(word) >= LEAST}


def _used(seen: Seen, known: set[str]) -> tuple[set[str], dict[str, list[Record]]]:
    """The longer words of texts that no id holds: those that several records use, and the others with the records."""
    often = seen.limit("spelled-so-by-others")
    common: set[str] = set()
    known = known.copy()  # with what is left out anyhow, so that nothing is looked at a hundred times
    rare: dict[str, list[Record]] = {}
    for record, texts in seen.said:
        # What is right too may be another spelling, on purpose.
        here = set[str]().union(*(pieces(said.text) for said in texts if "also_right" not in said.path))
        for word in sorted(here.difference(known, common)):
            if len(word) <= LEAST or not word.isalpha():
                known.add(word)
            else:
                users = rare.setdefault(word, [])
                users.append(record)
                if len(users) >= often:
                    common.add(word)
                    del rare[word]
    return common, rare


def _of_names(seen: Seen) -> set[str]:
    """The words of names: one that others use as well is right, a name alone may itself be misspelled."""
    return {
        word
        for record, texts in seen.said
        if record.kind in _ANATOMY
        for said in texts
        if said.role == "name"
        for word in pieces(said.text)
    }


def _places(records: Iterable[Record], word: str) -> Iterator[tuple[Record, Path_]]:
    """Where the records that are still taught say a word."""
    for record in records:
        if not is_retired(record):
            yield from ((record, said.path) for said in record.texts() if word in pieces(said.text))


def _nearest(word: str, index: dict[str, list[str]]) -> set[str]:
    """The known words that are one letter away and no other form of the word."""
    return {
        each
        for cut in _cuts(word)
        for each in index.get(cut, ())
        if each != word and DamerauLevenshtein.distance(word, each) == 1 and not _inflected(word, each)
    }


def _cuts(word: str) -> Iterable[str]:
    """The word and what is left of it without one of its letters: words one edit apart share one of these."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def _neighbors(known: Iterable[str], rare: Iterable[str]) -> dict[str, list[str]]:
    """The known words by what is left of them, of those that begin or end as a rare word does, and are about as long.

    One edit leaves the first two letters of a word alone, or the last two.
    """
    lengths, first, last = (
        {of(word) for word in rare} for of in (len, itemgetter(slice(2)), itemgetter(slice(-2, None)))
    )
    found: dict[str, list[str]] = {}
    for word in known:
        if (word[:2] in first or word[-2:] in last) and not lengths.isdisjoint(range(len(word) - 1, len(word) + 2)):
            for cut in _cuts(word):
                found.setdefault(cut, []).append(word)
    return found


def _inflected(word: str, other: str) -> bool:
    """'adductors' and 'adductor', 'rotates' and 'rotate', 'femoral' and 'femora': two forms of one word."""
    short, long = sorted((word, other), key=len)
    return (long.startswith(short) and long[len(short) :] in _ENDINGS) or stem(word) == stem(other)


@rule(scope="facts")
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
        for said in texts if record.kind in _NAMED_BY_ID else ():
            id = _id_of(record, said)
            left = _left_out(id, said.text) if id else []
            if left:
                message = f"the name '{said.text}' does not say '{' '.join(left)}', as the id does"
                help = "look it up, then mend the name, or give it another id with `deckbuilder rename`"
                yield Found(record, said.path, message, help)


def _left_out(id: str, name: str) -> list[str]:
    """The words of an id that its name has nothing like, if they are half of the words or more."""
    meant = [word for word in id.split("-") if word not in _SMALL]
    starts = {word[:4] for word in pieces(name)}
    left = [word for word in meant if word[:4] not in starts]
    return left if len(left) * 2 >= len(meant) else []


def _id_of(record: Record, said: Said) -> str:
    """The id of what a text is the name of: of the record, or of a landmark of it; '' of any other text."""
    if said.role != "name":
        return ""
    if said.path == ("name",):
        return record.id
    return str(said.path[-1]) if said.path[0] == "landmarks" and len(said.path) == 2 else ""


@rule(scope="facts")
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


_LEVEL = regex(r"\b([CTLS])(\d{1,2})\b")
_MAY_BE_LEVEL = regex(r"[CTLS]\d")  # in a third of the time
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
        for found in _LEVEL.finditer(said.text) if _MAY_BE_LEVEL.search(said.text) else ():
            letter, number = found[1], int(found[2])
            if not 1 <= number <= _LAST[letter]:
                message = f"there is no {found[0]}: these levels end with {letter}{_LAST[letter]}"
                yield Found(record, said.path, message, "read the source, then mend the level", word=found[0])
