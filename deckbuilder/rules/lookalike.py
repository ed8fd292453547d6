"""Fronts that cannot be told apart: equal ones by their key, near ones by the rare words that they share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from rapidfuzz import fuzz

from deckbuilder.core.frozen import dataclass
from deckbuilder.reading.tokens import bare, content, plain, words
from deckbuilder.records import Action, Claim, Cloze, Concept, Exercise, Group, Muscle, Study
from deckbuilder.records.base import Subject
from deckbuilder.rules.fronts import asked_answers
from deckbuilder.rules.rule import Found, Seen, at
from deckbuilder.source import Path_

# Of two texts that are nearly the same one is no longer than this many times the other.
_LENGTHS = 0.75
# A word that more fronts share than this tells none of them apart.
_MOST = 60
# 'Where' and 'which nerve' tell two questions apart, however much else they share.
_ASKING = frozenset(("what", "which", "where", "how", "who", "why", "when"))


@dataclass(frozen=True, slots=True)
class Front:
    """A front by what is read there: `what` it is for messages, `key` what makes two of them equal."""

    record: Subject
    path: Path_
    what: str
    key: tuple[str, ...]
    answer: tuple[str, ...]
    text: str = ""


def equal(seen: Seen) -> Iterator[Found]:
    """Fronts of one key with different answers: told at the later one."""
    first: dict[tuple[str, ...], Front] = {}
    for front in (*_written(seen), *_from_names(seen)):
        other = first.setdefault(front.key, front)
        if other is not front and other.answer != front.answer:
            message = f"{front.what} is the same as at {at(other.record, *other.path)}, and the answers differ"
            help = "name in one of them what only it has: the side, the head, the people, the movement"
            yield Found(front.record, front.path, message, help, grave=True)


def near(seen: Seen, least: float) -> Iterator[Found]:
    """Fronts in authors' words that are nearly the same, with different answers: told at the later one."""
    fronts = [each for each in _written(seen) if each.text]
    for one, other in _sharing_rare_words(fronts):
        first, second = fronts[one], fronts[other]
        if _alike(first, second) and fuzz.token_set_ratio(first.text, second.text) >= least:
            place = at(first.record, *first.path)
            message = f"{second.what} is nearly the same as at {place}, and the answers differ"
            apart = sorted(set(words(second.text)) ^ set(words(first.text)))
            tells = f"only {_quoted(apart)} tells them apart: begin with it, or say more"
            yield Found(second.record, second.path, message, tells if apart else "say what only one has")


def _sharing_rare_words(fronts: list[Front]) -> list[tuple[int, int]]:
    """The places of fronts that may be nearly the same: two sets that share three quarters of their words share one of
    the rarest quarter.
    """
    tokens = [frozenset(content(each.text)) for each in fronts]
    count = Counter(token for each in tokens for token in each)
    by_token: dict[str, list[int]] = {}
    for place, each in enumerate(tokens):
        rare = sorted(each, key=lambda token: (count[token], token))
        for token in rare[: len(rare) // 4 + 2]:
            if count[token] <= _MOST:
                by_token.setdefault(token, []).append(place)
    return sorted({pair for places in by_token.values() for pair in combinations(places, 2)})


def _alike(first: Front, second: Front) -> bool:
    """Whether two fronts of different answers ask with the same word, at about the same length."""
    if first.key == second.key or first.answer == second.answer:
        return False
    short, long = sorted((len(first.text), len(second.text)))
    return short >= _LENGTHS * long and _ASKING & set(words(first.text)) == _ASKING & set(words(second.text))


def _quoted(found: list[str]) -> str:
    return ", ".join(f"'{each}'" for each in found[:4])


def _written(seen: Seen) -> Iterator[Front]:
    """What stands on fronts in authors' own words."""
    for record, asked in seen.asked:
        headed = tuple(each.text.lower() for each in asked.also)
        key = ("asked", " ".join(words(plain(asked.front.text))), *headed)
        answer = tuple(bare(each) for each in asked_answers(asked))
        yield Front(record, asked.front.path, "the question", key, answer, "" if headed else _line(asked.front.text))
    for record in seen.living:
        if isinstance(record, Claim):
            yield Front(record, ("says",), "the claim", ("claim", _line(record.says)), (record.id,), _line(record.says))
        elif isinstance(record, Cloze):
            yield _around_gaps(record)


def _around_gaps(cloze: Cloze) -> Front:
    """What a cloze shows with all of its gaps closed."""
    pieces = list(cloze.pieces())
    around = "".join(each if isinstance(each, str) else f" gap{each.number} " for each in pieces)
    gaps = tuple(bare(each.text) for each in pieces if not isinstance(each, str))
    return Front(cloze, ("text",), "the text around the gaps", ("cloze", _line(around)), gaps)


def _line(text: str) -> str:
    return " ".join(words(plain(text)))


def _from_names(seen: Seen) -> Iterator[Front]:
    """What templates ask from names, and by whom a group or a comparison is known."""
    for record in seen.living:
        if isinstance(record, Muscle):
            yield from _muscle_names(record)
        elif isinstance(record, Action | Group | Concept | Exercise):
            yield Front(record, ("name",), f"the name '{record.name}'", (record.kind, _line(record.name)), (record.id,))
        if isinstance(record, Group):
            members = sorted(muscle.id for muscle in seen.library.members(record))
            if 2 <= len(members) <= 6:
                yield Front(record, ("name",), "the list of members", ("members", *members), (record.id,))
        elif isinstance(record, Study):
            yield from _compared(record)


def _muscle_names(muscle: Muscle) -> Iterator[Front]:
    """A muscle's name, and its Latin one where that is another."""
    names = {"name": muscle.name}
    latin = muscle.latin.removeprefix("Musculus ")
    if latin.lower() != muscle.name.lower():
        names["latin"] = latin
    for key, name in names.items():
        if name:
            yield Front(muscle, (key,), f"the name '{name}'", ("muscle", _line(name)), (muscle.id,))


def _compared(study: Study) -> Iterator[Front]:
    """What a comparison's front shows: muscle or exercise, both sides, what was measured, in whom, with which load."""
    for place, (each, of) in enumerate(zip(study.subjects(), study.comparisons, strict=True)):
        if not of.retired:
            frame = (of.of or "", of.exercise or "", *sorted(of.compare), each.statistic, each.measure)
            people = (str(study.people.n), study.people.who, *sorted(side.load for side in each.sides))
            key = ("study", *frame, *people)
            path = ("comparisons", place, "compare")
            yield Front(study, path, "the comparison", key, (each.note_id,))
