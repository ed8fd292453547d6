"""What a text says of a muscle: where it starts and ends, what supplies it, what it moves, which group it is in.

Only plain statements are read: a relation word, and behind it, in the same clause, the name of something in the deck.
What is denied is no statement, and every word that was not understood is left over, so that a rule can keep silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from deckbuilder.anatomy.library import Library
from deckbuilder.records import Action, Bone, Joint, Muscle, Nerve, Structure
from deckbuilder.rules.lexicon import Lexicon, Mention

About = Literal["origin", "insertion", "attachment", "nerve", "actions", "leads", "opposes", "joint", "group"]

# The finite forms only: 'bending the knee' and 'a bent knee' say what happens, not what a muscle does.
_VERBS = {
    r"flex(?:es)?|bends?": "flexion",
    r"extends?|straightens?": "extension",
    r"abducts?": "abduction",
    r"adducts?": "adduction",
    r"dorsi-?flex(?:es)?": "dorsiflexion",
    r"plantar-?flex(?:es)?": "plantar flexion",
    r"(?:medially|internally) rotates?": "internal rotation",
    r"(?:laterally|externally) rotates?": "external rotation",
    r"(?:rotates?|turns?)(?= (?:\w+ ){1,5}?(?:inwards?|internally|medially)\b)": "internal rotation",
    r"(?:rotates?|turns?)(?= (?:\w+ ){1,5}?(?:outwards?|externally|laterally)\b)": "external rotation",
}
_VERB = re.compile("|".join(rf"\b(?P<v{place}>{verb})\b" for place, verb in enumerate(_VERBS)), re.I)
_MOTIONS = tuple(_VERBS.values())
_TURNED = re.compile(r"\b(?:inwards?|outwards?|internally|externally|medially|laterally)\b", re.I)
_RELATION = re.compile(
    r"\b(?:(?P<both>(?:runs?|goes|passes|stretches) from|from)"
    r"|(?P<origin>(?:starts?|arises?|originates?|springs?|comes?)(?: (?:at|on|in|from|off|along|inside|outside))?|origin (?:at|on|from|is))"
    r"|(?P<insertion>(?:inserts?|ends?|stops?|finish(?:es)?)(?: (?:at|on|in|into|onto|along|as far as))?|runs? to|insertion (?:at|on|is))"
    r"|(?P<attachment>(?:attach(?:es)?|attached)(?: (?:at|on|in|to|into))?)"
    r"|(?P<nerve>(?:supplied|innervated|served|driven) by|(?:has|with|takes?) (?:the|its nerve from the)(?= (?:[\w-]+ ){1,4}nerve))"
    r"|(?P<joint>cross(?:es)?|passes over|spans?)"
    r"|(?P<leads>(?:the )?(?:prime movers?|agonists?) (?:of|in|for))"
    r"|(?P<opposes>(?:the |an )?antagonists? (?:of|in|to|for)|opposes?)"
    r"|(?P<group>(?:joins?|belongs? to|is (?:a )?(?:part|member|head|one) of|member of)))\b",
    re.I,
)
_TO = re.compile(r"\b(?:to|into|onto)\b", re.I)
_DENIED = re.compile(
    r"\b(?:not|no|nor|neither|never|without|cannot|unlike|except|instead|hardly|rather than|but not|than|if|would|most"
    r"|may|might|some|client|clients|you|coach|sometimes|rarely|often|other|others|another)\b",
    re.I,
)
_CLAUSE = re.compile(r"[;:,.?!()]|\b(?:while|whereas|but|although|though|because|so|unless|when|as on|as in)\b", re.I)
# Behind these somebody else may be the subject: 'when a client straightens the knee'.
_ASIDE = frozenset(
    {"when", "while", "whereas", "because", "if", "although", "though", "unless", "as on", "as in", "so"}
)
_NEXT_VERB = re.compile(r"(?:\b(?:and|or)|,) (?:also |then )?(?!the\b|its\b)\w+s (?:the|it|its|up|out|them)\b")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_ENDS: tuple[About, ...] = ("origin", "insertion")
_SITES = ("landmark", "bone", "structure", "group")


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing said of a muscle. Any of `ids` makes it true; `words` is how the text says it."""

    about: About
    ids: frozenset[str]
    name: str
    words: str
    start: int
    denied: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """The cues of a text, and the words that were not understood."""

    cues: tuple[Cue, ...]
    left: tuple[str, ...]


class Reader:
    """Reads texts by the names of one deck."""

    def __init__(self, library: Library, lexicon: Lexicon, fillers: Iterable[str]) -> None:
        self.library, self.lexicon = library, lexicon
        self._fillers = frozenset(fillers)

    @cached_property
    def _joints(self) -> dict[str, str]:
        found = {joint.name.lower(): joint.id for joint in self.library.of(Joint)}
        return found | {word: id for word, id in (("thigh", "hip"), ("shin", "knee")) if id in found.values()}

    @cached_property
    def _joint(self) -> re.Pattern[str]:
        return re.compile(r"\b(?:" + "|".join(map(re.escape, self._joints)) + r")\b(?! (?:extensor|flexor|bone))", re.I)

    @cached_property
    def _actions(self) -> dict[tuple[str, str], str]:
        """Joint and motion to the action: ('hip', 'external rotation')."""
        found = {}
        for action in self.library.of(Action):
            joint = self.library.find(Joint, action.joint)
            motion = action.name.lower().removeprefix(joint.name.lower()).strip() if joint else ""
            motion = motion.replace("medial ", "internal ").replace("lateral ", "external ")
            found[action.joint, motion] = action.id
        return found

    @cached_property
    def _branches(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for nerve in self.library.of(Nerve):
            found.setdefault(nerve.part_of or "", []).append(nerve.id)
        return found

    @cached_property
    def _inside(self) -> dict[str, frozenset[str]]:
        """A site to what a muscle may name instead of it: a bone to its landmarks, a trochanter to its facets."""
        library = self.library
        found = {bone.id: {bone.id, *bone.landmarks} for bone in library.of(Bone)}
        for structure in library.of(Structure):
            found[structure.id] = {structure.id}
        for bone in library.of(Bone):
            names = {id: name.lower() for id, name in bone.landmarks.items()}
            for id, name in names.items():
                found[id] = {id, *(other for other, longer in names.items() if name in longer)}
        return {id: frozenset(of) for id, of in found.items()}

    def read(self, text: str, whole: bool = False, describes: bool = False) -> Read:
        """The cues of every clause; `whole`: what is not understood is counted.

        `describes`: the text is about one muscle throughout, so that a nerve alone, or a `to`, says something of it.
        """
        found: list[Cue] = []
        left: list[str] = []
        for start, clause, aside in _clauses(text):
            cues, spans = ([], []) if aside else self._clause(clause, describes)
            found += [
                Cue(each.about, each.ids, each.name, each.words, start + each.start, each.denied) for each in cues
            ]
            if whole:
                left += self._left(clause, spans)
        return Read(tuple(found), tuple(left))

    def _clause(self, text: str, describes: bool) -> tuple[list[Cue], list[tuple[int, int]]]:
        found: list[Cue] = []
        spans: list[tuple[int, int]] = []
        relations = list(_RELATION.finditer(text))
        mentions = self.lexicon.mentions(text) if relations or describes else []
        for place, each in enumerate(relations):
            end = relations[place + 1].start() if place + 1 < len(relations) else len(text)
            verb = _NEXT_VERB.search(text, each.end(), end)
            end = verb.start() if verb else end
            named = [mention for mention in mentions if each.end() <= mention.start < end]
            about = str(each.lastgroup)
            got = list(self._told(text, about, each, named, end))
            found += got
            spans += [(each.start(), each.end())] if got else []
            spans += [(mention.start, mention.end) for mention in named if got]
        if describes and not relations:
            found += self._described(text, mentions)
        for cue, span in self._moved(text):
            found.append(cue)
            spans.append(span)
        denied = _DENIED.search(text)
        if denied:
            found = [Cue(each.about, each.ids, each.name, each.words, each.start, True) for each in found]
        return found, spans

    def _described(self, text: str, mentions: list[Mention]) -> Iterator[Cue]:
        """'obturator nerve', 'a long cord to the tibia'."""
        to = _TO.search(text)
        for each in mentions:
            name = text[each.start : each.end]
            if each.kind == "nerve":
                yield Cue("nerve", self.branches(each.id), name, name, each.start)
            elif to and each.start > to.end() and each.kind in ("landmark", "structure", "bone"):
                ids = self._inside.get(each.id, frozenset({each.id}))
                if len(text[to.end() : each.start].split()) < 3:
                    yield Cue("insertion", ids, name, text[to.start() : each.end], to.start())

    def _told(self, text: str, about: str, at: re.Match[str], named: list[Mention], end: int) -> Iterator[Cue]:
        def cue(of: About, mentions: list[Mention]) -> Cue:
            first = mentions[0]
            ids = frozenset().union(*(self._inside.get(each.id, frozenset({each.id})) for each in mentions))
            words = text[at.start() : max(each.end for each in mentions)]
            return Cue(of, frozenset(ids), text[first.start : first.end], words, at.start())

        sites = [each for each in named if each.kind in _SITES]
        if about in ("both", "origin", "insertion", "attachment") and sites:
            groups = [each for each in sites if each.kind == "group"]
            sites = [each for each in sites if each.kind != "group" and not _named_after(text, each)]
            to = next((each.start() for each in _TO.finditer(text, at.end(), end)), end)
            first: About = "origin" if about == "both" else about  # type: ignore[assignment]
            before = [each for each in sites if each.start < to] if about in ("both", "origin") else sites
            after = [each for each in sites if each.start >= to] if about in ("both", "origin") else []
            for of, some in ((first, before), ("insertion", after)):
                for alike in _apart(some):
                    yield cue(of, alike)
            for group in groups:
                if about == "insertion":
                    yield self._group(group, text, at)
        elif about == "group":
            yield from (self._group(each, text, at) for each in named if each.kind == "group")
        elif about == "nerve":
            nerve = next((each for each in named if each.kind == "nerve"), None)
            if nerve:
                name, words = text[nerve.start : nerve.end], text[at.start() : nerve.end]
                yield Cue("nerve", self.branches(nerve.id), name, words, at.start())
        elif about in ("leads", "opposes"):
            for each in [each for each in named if each.kind == "action"][:1]:
                words = text[at.start() : each.end]
                yield Cue(about, frozenset({each.id}), text[each.start : each.end], words, at.start())  # type: ignore[arg-type]
        elif about == "joint":
            for joint in self._joint.finditer(text, at.end(), end):
                name = joint[0].lower()
                yield Cue("joint", frozenset({self._joints[name]}), name, f"{at[0]} {name}", at.start())

    def _group(self, each: Mention, text: str, at: re.Match[str]) -> Cue:
        return Cue("group", frozenset({each.id}), text[each.start : each.end], text[at.start() : each.end], at.start())

    def branches(self, nerve: str) -> frozenset[str]:
        """The nerve, its branches and its trunk: a muscle of the tibial nerve is one of the sciatic nerve."""
        record = self.library.find(Nerve, nerve)
        return frozenset(
            {nerve, *self._branches.get(nerve, ()), *([record.part_of] if record and record.part_of else [])}
        )

    def _moved(self, text: str) -> Iterator[tuple[Cue, tuple[int, int]]]:
        """'flexes the hip', and of 'flexes, abducts and rotates the hip outward' each."""
        for each in _VERB.finditer(text):
            motion = _MOTIONS[int(str(each.lastgroup)[1:])]
            joint = self._joint.search(text, each.end())
            if joint is None or len(text[each.end() : joint.start()].split()) > 6:
                continue
            between = text[each.end() : joint.start()]
            if _RELATION.search(between):
                continue
            action = self._actions.get((self._joints[joint[0].lower()], motion))
            if action:
                turned = _TURNED.search(text, joint.end()) if "rotation" in motion else None
                last = turned.end() if turned else joint.end()
                words = text[each.start() : last]
                yield Cue("actions", frozenset({action}), action, words, each.start()), (each.start(), last)

    def _left(self, clause: str, spans: list[tuple[int, int]]) -> list[str]:
        words = (
            each[0].lower()
            for each in _WORD.finditer(clause)
            if not any(start <= each.start() < end for start, end in spans)
        )
        return [word for word in words if word not in self._fillers]

    def nerves(self, text: str) -> list[Cue]:
        """Every nerve that an answer names; 'femoral' alone is one."""
        found = self.lexicon.mentions(text, "nerve") or self.lexicon.mentions(f"{text} nerve", "nerve")
        return [Cue("nerve", frozenset({each.id}), text, text, 0) for each in found]

    def sites(self, text: str, about: str) -> list[Cue]:
        """Every site that an answer names, as what a muscle is said to have for its origin or insertion."""
        return [
            Cue(of, self._inside.get(each.id, frozenset({each.id})), name, name, each.start)
            for of in _ENDS
            if of == about
            for each in self.lexicon.mentions(text, "landmark", "bone", "structure")
            for name in [text[each.start : each.end]]
        ]

    # What is true

    def fits(self, muscle: Muscle, cue: Cue, part: str = "") -> bool:
        """Whether it is true of the muscle, or of one of its heads or parts, by the deck."""
        if cue.about == "group":
            return bool(cue.ids & set(muscle.groups))
        if cue.about == "joint":
            moved = {self.library.get(Action, fact.id).joint for fact in muscle.facts("actions", part)}
            return bool(cue.ids & moved)
        if cue.about in ("leads", "opposes"):
            action = self.library.get(Action, next(iter(cue.ids)))
            players = self.library.prime_movers(action) if cue.about == "leads" else self.library.antagonists(action)
            return any(each.muscle.id == muscle.id and part in ("", each.part) for each in players)
        about = ("origin", "insertion") if cue.about == "attachment" else (cue.about,)
        return any(fact.id in cue.ids for of in about for fact in muscle.facts(of, part))

    def near(self, muscle: Muscle, cue: Cue) -> bool:
        """Whether the deck says it less exactly: the bone of the landmark, the whole of which it is a part."""
        if cue.about not in ("origin", "insertion", "attachment"):
            return False
        about = ("origin", "insertion") if cue.about == "attachment" else (cue.about,)
        own = {fact.id for of in about for fact in muscle.facts(of)}
        bones = {self.library.landmarks[id][0].id for id in cue.ids if id in self.library.landmarks}
        if own & bones:
            return True
        names = [self.library.site_short(id).lower() for id in cue.ids]
        if any(self.library.site_short(id).lower() in name for id in own for name in names):
            return True
        structures = (self.library.find(Structure, id) for id in own)
        return any(each is not None and set(each.bones) & cue.ids for each in structures)


def _clauses(text: str) -> Iterator[tuple[int, str, bool]]:
    """Between marks and 'but', and whether it stands aside; a list of verbs stays together."""
    at, aside = 0, False
    for each in _CLAUSE.finditer(text):
        if (
            each[0] == ","
            and _VERB.search(text[at : each.start()].rpartition(" ")[2])
            and _VERB.match(text, each.end() + 1)
        ):
            continue
        yield at, text[at : each.start()], aside
        at, aside = each.end(), each[0].lower() in _ASIDE or (aside and each[0] == ",")
    yield at, text[at:], aside


def _named_after(text: str, each: Mention) -> bool:
    """'nerve to piriformis', 'lateral to the femur': a name that only tells where something else is."""
    before = text[: each.start].rstrip().lower()
    return bool(
        re.search(
            r"\b(?:beside|near|above|below|behind|under|beneath|between|lateral to|medial to|front of|away from|past|toward|towards)(?: the)?$",
            before,
        )
    )


def _apart(mentions: list[Mention]) -> list[list[Mention]]:
    """Mentions that stand at one place are one thing with two meanings."""
    found: dict[int, list[Mention]] = {}
    for each in mentions:
        found.setdefault(each.start, []).append(each)
    return list(found.values())
