"""What sentences say of a muscle against its own record: another nerve, another end, the opposite movement."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from deckbuilder.anatomy.linkage import OPPOSITE
from deckbuilder.anatomy.words import low
from deckbuilder.reading.clauses import Clause
from deckbuilder.reading.cues import Cue
from deckbuilder.reading.english import english, pattern, whole
from deckbuilder.reading.lexicon import Mention
from deckbuilder.reading.sides import side_of, sides_in
from deckbuilder.reading.statements import Statement
from deckbuilder.reading.tokens import plain
from deckbuilder.records import Action, Group, Muscle, Record
from deckbuilder.records.keys import Said
from deckbuilder.records.muscle import ASKED
from deckbuilder.rules.phrasing import fact_name, listed, read_and_mend
from deckbuilder.rules.rule import Found, Seen, at

# The key under which the record states what a cue is about.
_STATED_UNDER = {
    "attachment": "origin",
    "leads": "actions",
    "opposes": "actions",
    "joint": "actions",
    "group": "groups",
}


def sentences_against(seen: Seen) -> Iterator[Found]:
    """Every clause that says of a muscle what its record does not, each place once; the message that tells most comes first."""
    told = set()
    places = set()
    for each in (*_alone(seen), *_by_names(seen)):
        places.add((each.record.key, each.path))
        if (each.record.key, each.path, each.message) not in told:
            told.add((each.record.key, each.path, each.message))
            yield each
    for each in (*_by_cues(seen), *_shared(seen), *_supplied(seen)):
        if (each.record.key, each.path) not in places:
            yield each


def _by_names(seen: Seen) -> Iterator[Found]:
    """By the names in a clause: its nerves, movements and landmarks."""
    for said in (*seen.answered, *seen.statements):
        if said.clause.against:
            continue
        for each in said.clause.mentions:
            for message, help, word in _TELLERS[each.kind](seen, said, each) if each.kind in _TELLERS else ():
                yield Found(said.record, said.path, message, help, word=word)


def _by_cues(seen: Seen) -> Iterator[Found]:
    """By what the clause says in so many words: 'ends on the fibula', 'of the medial compartment'."""
    for said in seen.statements:
        if said.describes:
            yield from _compartment(said)
        readable = said.describes or said.opens
        for cue in seen.reader.cues(said.clause, describes=said.describes) if readable else ():
            muscle, part = said.muscle, said.part
            if cue.about in ("joint", "opposes") or seen.truth.fits(muscle, cue, part) or seen.truth.near(muscle, cue):
                continue
            message = f"'{cue.words}' is not what the deck says of {muscle.name}{instead(seen, muscle, part, cue)}"
            help = read_and_mend("this text", mended_under(muscle, cue))
            yield Found(said.record, said.path, message, help, word=cue.words)


def instead(seen: Seen, muscle: Muscle, part: str, cue: Cue) -> str:
    """What the record states about it, in brackets; '' for a group, which the muscle is in or not."""
    about = _stated_under(cue)
    if about == "groups":
        return ""
    names = dict.fromkeys(fact_name(seen.library, about, fact) for fact in muscle.facts(about, part))
    return f" (its {about}: {listed(list(names)) or 'none'})"


def mended_under(muscle: Muscle, cue: Cue) -> str:
    """Where the record states what a cue is about."""
    return f"the `{_stated_under(cue)}` of '{muscle.id}'"


def _stated_under(cue: Cue) -> str:
    return _STATED_UNDER.get(cue.about, cue.about)


@lru_cache(maxsize=1)
def _compartments() -> re.Pattern[str]:
    return re.compile(rf"\b({pattern(english().compartment)}) compartment\b", re.IGNORECASE)


def _compartment(said: Statement) -> Iterator[Found]:
    """'of the medial compartment', said of a muscle of another one."""
    lies = _compartments().search(said.clause.text) if "compartment" in said.clause.text else None
    side = english().same.get(lies[1].lower(), lies[1].lower()) if lies else ""
    own = said.muscle.compartment
    if lies and own and own != side:
        message = f"{said.muscle.name} is said to be of the {side} compartment, its record says {own}"
        help = read_and_mend("this text", f"the `compartment` of '{said.muscle.id}'")
        yield Found(said.record, said.path, message, help, word=lies[0])


def _alone(seen: Seen) -> Iterator[Found]:
    """'the only one with the obturator nerve', said of a member of a group, and true of another one as well."""
    for group in seen.library.of(Group):
        for id, text in group.tell_apart.items():
            if any(phrase in text for phrase in english().alone):
                yield from _not_alone(seen, group, id, plain(text))


def _not_alone(seen: Seen, group: Group, id: str, text: str) -> Iterator[Found]:
    for clause in seen.reader.clauses(text):
        if not any(phrase in clause.text for phrase in english().alone) or clause.denied:
            continue
        for each in clause.mentions:
            others = [] if each.kind not in ("nerve", "landmark", "action") else _bearers(seen, group, id, each.id)
            if others:
                words = clause.text[each.start : each.end]
                usual = _usual_nerve(seen, others[0], each.id) if each.kind == "nerve" else ""
                message = f"'{words}' is also in the record of {', '.join(low(other.name) for other in others)}{usual}"
                yield Found(group, ("tell_apart", id), message, _either(others[0], each), word=words)


def _bearers(seen: Seen, group: Group, id: str, fact: str) -> list[Muscle]:
    """The other members of a group that have a fact."""
    others = (member for member in seen.library.members(group) if member.id != id)
    return [member for member in others if any(fact in member.named(about) for about in ASKED)]


def _either(other: Muscle, said: Mention) -> str:
    """The next step: this line, or the key of the other muscle that says the same."""
    about = next(about for about in ASKED if said.id in other.named(about))
    return read_and_mend("this line", f"`{about}` at {at(other, *other.stated(about))}")


def _usual_nerve(seen: Seen, muscle: Muscle, without: str) -> str:
    """The nerve that most of the muscle's neighbors have, in brackets."""
    home = (muscle.region, muscle.compartment)
    near = (each for each in seen.library.muscles if (each.region, each.compartment) == home and each is not muscle)
    nerves = Counter(id for each in near for id in each.named("nerve") if id != without)
    usual = seen.library.name(nerves.most_common(1)[0][0], "nerve") if nerves else ""
    return f" (the muscles beside it have the {low(usual)})" if usual else ""


def _who(said: Statement) -> str:
    """'the long head of biceps femoris'."""
    name = low(said.muscle.name)
    return f"the {said.muscle.part_name(said.part).lower()} of {name}" if said.part else name


def _mend(said: Statement) -> str:
    return read_and_mend("this text", f"the record at {at(said.muscle)}")


def _another_nerve(seen: Seen, said: Statement, each: Mention) -> Iterator[tuple[str, str, str]]:
    """What the clause says and the record does not: message, help, and the words that say it."""
    nerves = [fact.id for fact in said.muscle.facts("nerve", said.part)]
    if nerves and not any(seen.truth.same_trunk(each.id, id) for id in nerves):
        words = said.clause.text[each.start : each.end]
        own = " and ".join(low(seen.library.name(id, "nerve")) for id in dict.fromkeys(nerves))
        yield f"the record of {_who(said)} has the {own}, not the {low(words)}", _mend(said), words


def _opposite_action(seen: Seen, said: Statement, each: Mention) -> Iterator[tuple[str, str, str]]:
    actions = {fact.id for fact in said.muscle.facts("actions", said.part)}
    back = seen.library.opposite(seen.library.get(Action, each.id))
    if back is None or each.id in actions or back.id not in actions:
        return
    if any(other.id == back.id for other in said.clause.mentions):
        return  # 'from 80° of hip flexion it extends the hip'
    words = said.clause.text[each.start : each.end]
    message = f"by its record, {_who(said)} {back.phrase}: '{words}' is the opposite"
    yield message, _mend(said), words


@lru_cache(maxsize=1)
def _ends() -> list[tuple[str, re.Pattern[str]]]:
    return [(about, whole(phrases)) for about, phrases in english().ends.items()]


def _end_before(text: str) -> str:
    """'origin' or 'insertion', whichever the last word for an end in a text means."""
    last = max(((found.start(), about) for about, end in _ends() for found in end.finditer(text)), default=(0, ""))
    return last[1]


def _another_end(seen: Seen, said: Statement, each: Mention) -> Iterator[tuple[str, str, str]]:
    """A landmark behind the last word for an end, and where the record has that end."""
    about, site = _end_before(said.clause.text[: each.start]), seen.library.site_short
    if not about:
        return
    own = [fact.id for fact in said.muscle.facts(about, said.part)]
    if each.id in own:
        yield from _another_side(seen, said, each, about)
        return
    said_of, names = site(each.id).lower(), [site(id).lower() for id in own]
    if own and not any(said_of in name or name in said_of for name in names):  # a facet is a part of its trochanter
        words = said.clause.text[each.start : each.end]
        sites = " and ".join(low(site(id)) for id in dict.fromkeys(own))
        message = f"by its record, the {about} of {_who(said)} is the {sites}, not the {low(words)}"
        yield message, _mend(said), words


def _another_side(seen: Seen, said: Statement, each: Mention, about: str) -> Iterator[tuple[str, str, str]]:
    """'the upper linea aspera' of one whose own record says the lower third of it."""
    word = (said.clause.text[: each.start].split() or [""])[-1]
    side = side_of(word)
    for fact in said.muscle.facts(about, said.part) if side else ():
        own = sides_in(fact.detail) if fact.id == each.id else {}
        if OPPOSITE[side] in own and side not in own:
            site = low(seen.library.site_short(each.id))
            message = f"'{word} {site}' stands here, and '{fact.detail}' in the record of {_who(said)}"
            where = at(said.muscle, *said.muscle.stated(about, fact.part), fact.id)
            yield message, read_and_mend("this text", f"`{each.id}` at {where}"), word


_TELLERS = {"nerve": _another_nerve, "action": _opposite_action, "landmark": _another_end}


@lru_cache(maxsize=1)
def _shares() -> re.Pattern[str]:
    sharing = english().sharing
    facts = pattern(sharing.facts)
    return re.compile(
        rf"\b(?:(?:{pattern(sharing.same)}) (?P<what>{facts})|(?P<other>{pattern(sharing.other)}) (?P<what2>{facts}))\b",
        re.IGNORECASE,
    )


def _shared(seen: Seen) -> Iterator[Found]:
    """'shares its nerve', 'same insertion', 'has another nerve' between the two muscles of a contrast."""
    for muscle in seen.muscles:
        for id, text in muscle.confuse_with.items():
            found = seen.subjects.by_id(id)
            for each in _shares().finditer(text) if found else ():
                assert found is not None
                yield from _not_shared(seen, muscle, id, found, each)


def _not_shared(
    seen: Seen, muscle: Muscle, id: str, contrast: tuple[Muscle, str], said: re.Match[str]
) -> Iterator[Found]:
    other, part = contrast
    about = str(said["what"] or said["what2"]).replace("tendon of origin", "origin").lower()
    ours, theirs = muscle.named(about), {fact.id for fact in other.facts(about, part)}
    if ours and theirs and bool(ours & theirs) == bool(said["other"]):
        message = f"'{said[0]}' is said of {other.name}, but the two "
        message += f"share the {about}" if said["other"] else f"have no {about} in common"
        names = " and ".join(fact_name(seen.library, about, fact) for fact in other.facts(about, part)[:2])
        message += f": that of {other.name} is {names}"
        help = read_and_mend("this text", "one of the two records")
        yield Found(muscle, ("confuse_with", id), message, help, word=said[0])


@lru_cache(maxsize=1)
def _supplies() -> re.Pattern[str]:
    return whole(english().supplies)


def _supplied(seen: Seen) -> Iterator[Found]:
    """'The femoral nerve supplies gracilis', in any text that tells facts."""
    verbs = english().supplies
    for record, said in seen.holding(*verbs):
        if said.role in ("back", "answer") and any(map(said.text.__contains__, verbs)):
            for clause in seen.reader.clauses(plain(said.text)):
                yield from _wrongly_supplied(seen, record, said, clause)


def _wrongly_supplied(seen: Seen, record: Record, said: Said, clause: Clause) -> Iterator[Found]:
    nerve, of = _nerve_and_muscle(clause)
    found = seen.subjects.by_id(of.id) if of else None
    if nerve is None or of is None or found is None:
        return
    own = {fact.id for fact in found[0].facts("nerve", found[1])}
    if own and not own & seen.reader.meant.branches(nerve.id):
        words = clause.text[nerve.start : of.end]
        names = listed([seen.library.name(id, "nerve") for id in sorted(own)])
        message = f"'{words}' is not what the deck says of {found[0].name} (its nerve: {names})"
        help = read_and_mend("this text", f"the `nerve` of '{found[0].id}'")
        yield Found(record, said.path, message, help, word=words)


def _nerve_and_muscle(clause: Clause) -> tuple[Mention | None, Mention | None]:
    """The one nerve before 'supplies', and the first muscle behind it."""
    verb = None if clause.denied else _supplies().search(clause.text)
    if verb is None:
        return None, None
    nerves = [each for each in clause.mentions if each.kind == "nerve" and each.end <= verb.start()]
    muscles = (each for each in clause.mentions if each.kind == "muscle" and each.start >= verb.end())
    return nerves[0] if len(nerves) == 1 else None, next(muscles, None)
