"""What sentences say of a muscle against its own record: another nerve, another end, the opposite movement."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from deckbuilder.anatomy.library import Library
from deckbuilder.anatomy.words import low
from deckbuilder.records import Action, Group, Muscle, Nerve
from deckbuilder.records.muscle import ASKED
from deckbuilder.rules.lexicon import Mention
from deckbuilder.rules.rule import Found, Seen
from deckbuilder.rules.sides import OPPOSITE, side_of, sides_in
from deckbuilder.rules.statements import Statement

_FROM = re.compile(r"\b(?:from|arises?|originat\w+|starts?|begins?|origin)\b", re.IGNORECASE)
_TO = re.compile(r"\b(?:to|inserts?|ends?|insertion|reach\w*)\b", re.IGNORECASE)
_VERBS = (("origin", _FROM), ("insertion", _TO))


def sentences_against(seen: Seen) -> Iterator[Found]:
    """Every clause that says of a muscle what its record does not, each place once."""
    yield from _alone(seen)
    told = set()
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
    about = next(about for about in ASKED if said.id in other.named(about))
    return f"mend this line, or '{said.id}' at {other.locate(*other.stated(about))}{usual}"


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
    if each.id in own:
        yield from _where(seen, said, each, about, part, who)
        return
    said_of = seen.library.site_short(each.id).lower()
    names = [seen.library.site_short(id).lower() for id in own]
    if own and not any(said_of in name or name in said_of for name in names):  # a facet is a part of its trochanter
        sites = " and ".join(low(seen.library.site_short(id)) for id in dict.fromkeys(own))
        yield (
            f"by its record, the {about} of {who} is the {sites}, not the {low(words)}",
            _mend(said, f"the {sites}"),
            words,
        )


def _where(
    seen: Seen, said: Statement, each: Mention, about: str, part: str, who: str
) -> Iterator[tuple[str, str, str]]:
    """'the upper linea aspera' of one whose own record says the lower third of it."""
    word = (said.text[: each.start].split() or [""])[-1]
    side = side_of(word)
    for fact in said.muscle.facts(about, part):
        own = sides_in(fact.detail) if fact.id == each.id else {}
        if side and OPPOSITE[side] in own and side not in own:
            site = low(seen.library.site_short(each.id))
            message = f"'{word} {site}' stands here, and '{fact.detail}' in the record of {who}"
            where = said.muscle.locate(*said.muscle.stated(about, fact.part), fact.id)
            help = f"write '{OPPOSITE[side]}' here, or `{each.id}: {fact.detail.replace(own[OPPOSITE[side]], word)}` at {where}"
            yield message, help, word


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
