"""Which muscle a text is about: questions that ask for one, and sentences that describe one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from deckbuilder.records import Cloze, Gap, Group, Muscle, Question, Record
from deckbuilder.records.base import Said, Subject
from deckbuilder.records.muscle import Fact
from deckbuilder.rules.rule import Seen
from deckbuilder.rules.wording import plain, sentences, words
from deckbuilder.source import Path_

_WHICH = re.compile(r"\b(?:which|what|name (?:the|a|one))\b", re.I)
_WHICH_OF = re.compile(
    r"\b(?:which|what) (?:of (?:the|these) )?(?:[\w-]+ ){0,3}?$|\b(?:of|in|from) the (?:[\w-]+ ){0,2}?$", re.I
)
_IT = re.compile(r"\s*(?:it|its) ", re.I)
_WORD = re.compile(r"[^\W_]+")
_RELATES = re.compile(
    r"\b(?:starts?|arises?|originates?|inserts?|ends?|attach\w*|supplied|innervated|runs?|from|flex|extend|abduct|adduct|rotate)\w*"
)


@dataclass(frozen=True, slots=True)
class Asks:
    """A sentence that asks for one muscle. `others`: those that stand beside the right answer, None where anything may."""

    record: Subject
    path: Path_
    text: str
    muscle: Muscle
    part: str
    others: tuple[Muscle, ...] | None


def asked_for_muscles(seen: Seen) -> Iterator[Asks]:
    """Questions, cases and gaps of which the answer is one muscle, or a part of one."""
    library = seen.library
    for record, asked in seen.asked:
        subject = next((found for each in asked.answers if (found := one_muscle(seen, each.text))), None)
        if subject is None or not _WHICH.search(asked.front.text):
            continue
        others = None
        if isinstance(record, Question) and record.options:
            lures = (one_muscle(seen, option.text) for option in record.options[1:])
            others = tuple(each[0] for each in lures if each)
        text = plain(asked.front.text)
        text = next((each for each in reversed(sentences(text)) if _WHICH.search(each)), text)
        yield Asks(record, asked.front.path, text, *subject, others)
    for cloze in library.of(Cloze):
        if cloze.retired:
            continue
        pieces = list(cloze.pieces())
        gaps = Counter(each.number for each in pieces if isinstance(each, Gap))
        for place, piece in enumerate(pieces):
            if not isinstance(piece, Gap) or gaps[piece.number] > 1:
                continue
            subject = one_muscle(seen, piece.text)
            before = pieces[place - 1] if place else ""
            starts = not before or (isinstance(before, str) and re.search(r"(?:^|[.;] )(?:the )?$", before, re.I))
            if subject and starts:
                rest = "".join(each if isinstance(each, str) else each.text for each in pieces[place + 1 :])
                yield Asks(cloze, ("text",), sentences("It " + rest.strip())[0], *subject, None)


def told_of_muscles(seen: Seen) -> Iterator[tuple[Record, Said, Muscle, str, str, bool]]:
    """Texts with the muscle that they describe; of prose, what follows its name at the beginning of a sentence."""
    library = seen.library
    firsts = frozenset(word for muscle in library.of(Muscle) for word in _first_words(muscle))
    for record, said in seen.texts:
        if said.role not in ("back", "answer") or not isinstance(record, Subject):
            continue
        if isinstance(record, Cloze) and said.path == ("text",) and record.text.startswith("{"):
            continue  # asked, and read as a question
        text, head = plain(said.text), said.path[0]
        subject: tuple[Muscle, str] | None = None
        if head in ("confuse_with", "tell_apart"):
            subject = by_id(seen, str(said.path[1]))
        elif isinstance(record, Question) and said.path[-1] == "because" and _IT.match(text):
            subject = one_muscle(seen, record.options[int(said.path[1])].text)
        elif isinstance(record, Group) and record.odd_one_out and said.path[-1] == "because" and _IT.match(text):
            subject = by_id(seen, record.odd_one_out.odd)
        if subject:
            for clause in re.split(r"[;.]", text):
                if not seen.lexicon.mentions(clause, "muscle"):
                    yield record, said, *subject, clause, True
            continue
        for sentence in sentences(text):
            if (
                isinstance(record, Muscle)
                and head == "why"
                and sentence.startswith("It ")
                and _RELATES.search(sentence)
            ):
                if not seen.lexicon.mentions(sentence, "muscle"):
                    yield record, said, record, "", re.split(r"[;:]", sentence)[0], False
                continue
            if not _opens(sentence, firsts) or not _RELATES.search(sentence):
                continue
            named = seen.lexicon.mentions(sentence, "muscle")
            opens = named and sentence[: named[0].start].lower() in ("", "the ")
            if opens and len({each.id for each in named}) == 1:
                found = by_id(seen, named[0].id)
                rest = sentence[named[0].end :]
                if found and not rest.lstrip().startswith((",", "and ", "or ")):
                    yield record, said, *found, re.split(r"[;:]", rest)[0], False


def _first_words(muscle: Muscle) -> Iterator[str]:
    names = (muscle.name, muscle.latin.removeprefix("Musculus "), *map(muscle.part_name, muscle.divisions))
    yield from (words(name)[0] for name in names if words(name))


def _opens(sentence: str, firsts: frozenset[str]) -> bool:
    """Whether the sentence may begin with the name of a muscle."""
    first = [word.lower() for word in _WORD.findall(sentence[:40])[:3]]
    return any(word in firsts for word in first)


def one_muscle(seen: Seen, text: str) -> tuple[Muscle, str] | None:
    """The one muscle, or part of one, that a text names and nothing else."""
    found = seen.lexicon.mentions(text, "muscle")
    ids = {each.id for each in found}
    if len(ids) != 1 or len(found) != 1:
        return None
    rest = [word for word in words(text[: found[0].start] + " " + text[found[0].end :]) if word not in ("the", "a")]
    return by_id(seen, found[0].id) if len(rest) < 2 else None


def by_id(seen: Seen, id: str) -> tuple[Muscle, str] | None:
    """The muscle and the part that an id names; None for a retired one."""
    muscle = seen.library.find(Muscle, id.partition("/")[0])
    return (muscle, id.partition("/")[2]) if muscle and not muscle.retired else None


def groups_asked(seen: Seen, sentence: str) -> set[str]:
    """The groups among whose members a question asks: 'which hamstring', 'which muscle of the adductor group'."""
    return {
        each.id
        for each in seen.lexicon.mentions(sentence, "group")
        if _WHICH_OF.search(sentence[: each.start]) and sentence[: each.start].count(" ") < 10
    }


def fact_name(seen: Seen, about: str, fact: Fact) -> str:
    """'Ischial tuberosity', 'Hip flexion', 'Tibial nerve'."""
    if about in ("origin", "insertion"):
        return seen.library.site_short(fact.id)
    return seen.library.name(fact.id, "action" if about == "actions" else "nerve")


def listed(names: list[str]) -> str:
    """'one, two and three'; of more than four the first three."""
    shown = [*names[:3], f"{len(names) - 3} others"] if len(names) > 4 else names
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def low(name: str) -> str:
    """A name inside a sentence."""
    return name if name[1:2].isupper() or name[1:2].isdigit() else name[:1].lower() + name[1:]
