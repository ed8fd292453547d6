"""Names in free text: spelt as the vocabulary spells them, and said of the right muscle."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from rapidfuzz.distance import DamerauLevenshtein

from deckbuilder.library import Library
from deckbuilder.records import Action, Group, Muscle, Nerve, Record
from deckbuilder.records.muscle import ASKED
from deckbuilder.rules.lexicon import Mention, words
from deckbuilder.rules.rule import Found, Seen, rule
from deckbuilder.rules.statements import Statement
from deckbuilder.rules.wording import stem
from deckbuilder.source import Path_
from deckbuilder.words import low

_ANATOMY = ("muscle", "bone", "nerve", "structure", "group", "joint", "action", "region")
LEAST = 5  # letters: shorter words have neighbours in every language
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
                known.update(word for word in words(id) if len(word) >= LEAST)
    ordinary = {*seen.words("ordinary")}
    used: dict[str, set[int]] = {}
    rare: dict[str, list[tuple[Record, Path_]]] = {}
    for place, record in enumerate(seen.records):
        for said in record.texts():
            for word in words(said.text):
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
    for record in seen.records:
        for said in record.texts() if record.kind in _ANATOMY else ():
            if said.role == "name":
                found.update(word for word in words(said.text) if len(used.get(word, ())) >= often)
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
    return long.startswith(short) or stem(word) == stem(other)


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
    for record in seen.records:
        if record.kind not in ("muscle", "bone", "nerve", "structure"):
            continue
        for said in record.texts():
            if said.role != "name" or said.path not in (("name",), ("landmarks", said.path[-1])):
                continue
            id = record.id if said.path == ("name",) else str(said.path[-1])
            meant = [word for word in words(id) if word not in _SMALL]
            starts = {word[:5] for word in words(said.text)}
            left = [word for word in meant if word[:5] not in starts]
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


_FROM = re.compile(r"\b(?:from|arises?|originat\w+|starts?|begins?|origin)\b", re.IGNORECASE)
_TO = re.compile(r"\b(?:to|inserts?|ends?|insertion|reach\w*)\b", re.IGNORECASE)
_VERBS = (("origin", _FROM), ("insertion", _TO))


@rule()
def contradiction(seen: Seen) -> Iterator[Found]:
    """A sentence that says of a muscle what its own record does not: another nerve, another end, another action.

    Only clauses are read that name one muscle (or stand under its id) and neither deny nor compare; what is asked is read
    with its answer.

    Why: two cards that disagree teach a learner to trust neither, and the sentence is not found by searching for the id.

    Bad:
        cloze: femoral-nerve
        text: "The {1|femoral} nerve supplies gracilis."    # whose record says obturator

    Good:
        text: "The {1|obturator} nerve supplies gracilis."
    """
    yield from _alone(seen)
    told: set[tuple[str, Path_, str]] = set()
    for each in seen.statements:
        for message, help, word in _against(seen, each):
            key = (each.record.key, each.path, message)
            if key not in told:
                told.add(key)
                yield Found(each.record, each.path, message, help, word=word)


_ONLY = re.compile(r"\bthe only one\b", re.IGNORECASE)


def _alone(seen: Seen) -> Iterator[Found]:
    """'the only one with the obturator nerve', said of a member of a group, and true of another one as well."""
    for group in seen.library.of(Group):
        members = seen.library.members(group)
        for id, text in group.tell_apart.items():
            for clause in re.split(r"[;,]", text):
                if not _ONLY.search(clause) or re.search(r"\bnot\b", clause):
                    continue
                for each in seen.lexicon.mentions(clause, "nerve", "landmark", "action"):
                    words = clause[each.start : each.end]
                    others = [
                        member
                        for member in members
                        if member.id != id and any(each.id in member.named(about) for about in ASKED)
                    ]
                    if others:
                        message = f"'{words}' is also in the record of {', '.join(low(other.name) for other in others)}"
                        yield Found(group, ("tell_apart", id), message, _either(seen, others[0], each), word=words)


def _either(seen: Seen, other: Muscle, said: Mention) -> str:
    """The next step; for a nerve, with the one that the muscle's neighbours have."""
    near = [
        each for each in seen.library.muscles if (each.region, each.compartment) == (other.region, other.compartment)
    ]
    nerves = Counter(id for each in near if each is not other for id in each.named("nerve") if id != said.id)
    usual = f" (its neighbours have '{nerves.most_common(1)[0][0]}')" if said.kind == "nerve" and nerves else ""
    return f"mend this line, or the record at {other.locate()}{usual}"


def _against(seen: Seen, said: Statement) -> Iterator[tuple[str, str, str]]:
    """What the clause says and the record does not: message, help, and the words that say it."""
    mentions = [each for each in seen.lexicon.mentions(said.text) if each.kind in ("landmark", "nerve", "action")]
    part = said.part if said.part in said.muscle.divisions else ""
    who = f"the {said.muscle.part_name(part).lower()} of {low(said.muscle.name)}" if part else low(said.muscle.name)
    for each in mentions:
        words = said.text[each.start : each.end]
        if each.kind == "nerve":
            nerves = [fact.id for fact in said.muscle.facts("nerve", part)]
            if nerves and not any(_same_trunk(seen.library, each.id, id) for id in nerves):
                own = " and ".join(low(seen.library.name(id, "nerve")) for id in dict.fromkeys(nerves))
                yield f"the record of {who} has the {own}, not the {low(words)}", _mend(said, f"the {own}"), words
        elif each.kind == "action":
            actions = {fact.id for fact in said.muscle.facts("actions", part)}
            back = seen.library.opposite(seen.library.get(Action, each.id))
            both = back and any(
                other.id == back.id for other in mentions
            )  # 'from 80° of hip flexion it extends the hip'
            if actions and each.id not in actions and back and back.id in actions and not both:
                message = f"by its record, {who} {back.phrase}: '{words}' is the opposite"
                yield message, _mend(said, f"'{back.phrase}'"), words
        elif each.kind == "landmark":
            yield from _ends(seen, said, each, part, who, words)


def _ends(
    seen: Seen, said: Statement, each: Mention, part: str, who: str, words: str
) -> Iterator[tuple[str, str, str]]:
    before = said.text[: each.start]
    last = max(((each.start(), about) for about, verb in _VERBS for each in verb.finditer(before)), default=None)
    if last is None:
        return
    about = last[1]
    own = [fact.id for fact in said.muscle.facts(about, part)]
    said_of = seen.library.site_short(each.id).lower()
    names = [seen.library.site_short(id).lower() for id in own]
    if own and not any(said_of in name or name in said_of for name in names):  # a facet is a part of its trochanter
        sites = " and ".join(low(seen.library.site_short(id)) for id in dict.fromkeys(own))
        yield (
            f"by its record, the {about} of {who} is the {sites}, not the {low(words)}",
            _mend(said, f"the {sites}"),
            words,
        )


def _mend(said: Statement, right: str) -> str:
    return f"write {right}, or mend the record at {said.muscle.locate()}"


def _same_trunk(library: Library, one: str, other: str) -> bool:
    """Whether one is the other, or a part of it: who says 'sciatic' of a muscle of the tibial nerve is not wrong."""
    chains = []
    for id in (one, other):
        chain = [id]
        while (nerve := library.find(Nerve, chain[-1])) and nerve.part_of and nerve.part_of not in chain:
            chain.append(nerve.part_of)
        chains.append(chain)
    return one in chains[1] or other in chains[0]
