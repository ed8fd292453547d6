"""All records together, and what follows from them.

Nothing here was typed by an author: who belongs to a group, who moves a joint and who opposes it, which muscles are
easily mixed up, and which origin and insertion belong to one muscle alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from rapidfuzz.distance import DamerauLevenshtein

from deckbuilder.anatomy.drawings import Drawings
from deckbuilder.core.cache import digest
from deckbuilder.core.patterns import regex
from deckbuilder.records import Action, Bone, Deck, Exam, Exercise, Group, Muscle, Place, Plate, Record, Region, Source
from deckbuilder.records.base import Subject
from deckbuilder.records.walker import prose_of

R = TypeVar("R", bound=Record)
MAX_LOOKALIKES = 3
# An attachment or group that more muscles than this share tells none of them apart.
MAX_SHARING = 24
_OF = regex(r"\bof (?!the )(?=[a-z])")


@dataclass(frozen=True, slots=True)
class Player:
    """A muscle that plays a part in a movement; `part` where only one head or part of it does."""

    muscle: Muscle
    part: str = ""

    @property
    def id(self) -> str:
        return f"{self.muscle.id}/{self.part}" if self.part else self.muscle.id


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A muscle that is easily taken for another, and the words that tell them apart."""

    muscle: Muscle
    words: str


class Library:
    """The records of one project by kind and id. Later records of a taken id are left out; a rule reports them."""

    def __init__(self, records: Iterable[Record], drawings: Drawings | None = None) -> None:
        self.drawings = drawings or Drawings()
        self.records: dict[tuple[str, str], Record] = {}
        self._of: dict[type[Record], list[Any]] = {}  # asked for a hundred times, and the records stay
        self._alike: dict[str, list[Lookalike]] = {}
        self._sites: dict[str, tuple[str, str]] = {}
        self._low_sites: dict[str, str] = {}
        self._ends: dict[tuple[str, str], str] = {}
        self._trails: dict[str, list[str]] = {}
        self.duplicates: list[tuple[Record, Record]] = []
        for record in records:
            first = self.records.setdefault((record.kind, record.id), record)
            if first is not record:
                self.duplicates.append((first, record))
        # By id, so that no list on a card depends on the file in which a record stands.
        self.records = dict(sorted(self.records.items()))

    def of(self, cls: type[R]) -> list[R]:
        """Every record of a kind, in the order of their ids."""
        found = self._of.get(cls)
        if found is None:
            # `isinstance` asks pydantic for each record; there are few kinds, and one follows the other by their names.
            held = [each for kind, each in self._by_class.items() if issubclass(kind, cls)]
            found = self._of[cls] = [record for each in held for record in each]
        return list(found)

    @cached_property
    def _by_class(self) -> dict[type[Record], list[Any]]:
        found: dict[type[Record], list[Any]] = {}
        for record in self.records.values():
            found.setdefault(type(record), []).append(record)
        return found

    def find(self, cls: type[R], id: str) -> R | None:
        found = self.records.get((cls.kind, id))
        return found if isinstance(found, cls) else None

    def get(self, cls: type[R], id: str) -> R:
        """The record; the rules have made sure that it is there."""
        found = self.find(cls, id)
        if found is None:
            raise KeyError(f"{cls.kind}/{id}")
        return found

    @cached_property
    def deck(self) -> Deck | None:
        return next(iter(self.of(Deck)), None)

    @cached_property
    def low(self) -> Callable[[str], str]:
        """A name as it stands inside a sentence. Of a language other than English it stays as it was written.

        German writes nouns with a capital, and what other languages do is known to the author alone.
        """
        return _lower if self.english else str

    @cached_property
    def english(self) -> bool:
        """Whether the cards are in English."""
        language = self.deck.language if self.deck else "en"
        return language.lower().split("-")[0] == "en"

    @cached_property
    def landmarks(self) -> dict[str, tuple[Bone, str]]:
        """Landmark id to its bone and name."""
        return {id: (bone, name) for bone in self.of(Bone) for id, name in bone.landmarks.items()}

    @cached_property
    def facts(self) -> bytes:
        """A digest of all that the records state outside of their prose, of the files in which they stand, and of figures."""
        return digest(repr(self.drawings), *map(_stated, self.records.values()))

    @cached_property
    def named(self) -> set[tuple[tuple[str, ...], str]]:
        """All that records name, each once: the kinds of which it may be, and its id."""
        return self.used | _named(each for each in self.records.values() if isinstance(each, Place | Plate))

    @cached_property
    def used(self) -> set[tuple[tuple[str, ...], str]]:
        """The same without what only says how something is drawn: what has a place, and nothing more, is used by nobody."""
        return _named(each for each in self.records.values() if not isinstance(each, Place | Plate))

    @cached_property
    def living(self) -> dict[str, list[Subject]]:
        """The records with cards that are not retired, by kind: only these take part in what is derived."""
        found: dict[str, list[Subject]] = {}
        for record in self.records.values():
            if isinstance(record, Subject) and not record.retired:
                found.setdefault(record.kind, []).append(record)
        return found

    @cached_property
    def muscles(self) -> list[Muscle]:
        return [record for record in self.living.get("muscle", []) if isinstance(record, Muscle)]

    def answers(self, kind: str, id: str) -> bool:
        """Whether a reference to `id` as a `kind` leads somewhere."""
        if kind == "landmark":
            return id in self.landmarks
        if kind == "plate":
            return id in self.drawings.plates
        if kind == "muscle" and "/" in id:
            muscle, part = id.split("/", 1)
            record = self.find(Muscle, muscle)
            return record is not None and part in record.divisions
        return (kind, id) in self.records

    def ids(self, kind: str) -> list[str]:
        """Every id that answers to `kind`, for suggestions."""
        if kind == "landmark":
            return list(self.landmarks)
        if kind == "plate":
            return list(self.drawings.plates)
        found = [id for of, id in self.records if of == kind]
        if kind == "muscle":
            found += [f"{muscle.id}/{part}" for muscle in self.of(Muscle) for part in muscle.divisions]
        return found

    # Names as learners read them

    def site(self, id: str) -> str:
        """'Linea aspera, femur'; the bone is left out where the landmark says it."""
        if id in self.landmarks:
            bone, name = self.landmarks[id]
            return name if bone.name.lower() in name.lower() else f"{name}, {self.low(bone.name)}"
        return self._name(("bone", "structure"), id)

    def site_apart(self, id: str) -> tuple[str, str]:
        """'Linea aspera' and 'femur', or nothing where the landmark says its bone; every note asks for some."""
        found = self._sites.get(id)
        if found is None:
            name = self.site_short(id)
            found = self._sites[id] = (name, self.site(id)[len(name) + 2 :])
        return found

    def site_short(self, id: str) -> str:
        return self.landmarks[id][1] if id in self.landmarks else self._name(("bone", "structure"), id)

    def bone_at(self, site: str) -> Bone | None:
        """The bone of a landmark, or the bone that goes by this id; None of a structure."""
        return self.landmarks[site][0] if site in self.landmarks else self.find(Bone, site)

    def whole(self, site: str) -> str:
        """The landmark of which this one is a part, and which suffices as an answer; for most the landmark itself."""
        return self._wholes.get(site, site)

    @cached_property
    def _wholes(self) -> dict[str, str]:
        return {part: each.whole for bone in self.of(Bone) for each in bone.enough for part in each.parts}

    def name(self, id: str, *kinds: str) -> str:
        """The name behind an id of any of the kinds; a part of a muscle reads 'Biceps femoris, long head'."""
        if "/" in id:
            muscle, part = id.split("/", 1)
            record = self.get(Muscle, muscle)
            return f"{record.name}, {self.low(record.part_name(part))}"
        return self._name(kinds, id)

    def _name(self, kinds: Iterable[str], id: str) -> str:
        for kind in kinds:
            record = self.records.get((kind, id))
            if record is not None:
                return str(getattr(record, "name", id))
        raise KeyError(id)

    def trail(self, region: str) -> list[str]:
        """'Lower limb', 'Thigh': the names from the whole down to the region."""
        if region not in self._trails:
            self._trails[region] = self._trail(region)
        return list(self._trails[region])

    def _trail(self, region: str) -> list[str]:
        return [each.name for each in reversed(self.around(region))]

    # Muscles and movements

    def members(self, group: Group) -> list[Muscle]:
        return self._members.get(group.id, [])

    @cached_property
    def _members(self) -> dict[str, list[Muscle]]:
        found: dict[str, list[Muscle]] = {}
        for muscle in self.muscles:
            for group in muscle.groups:
                found.setdefault(group, []).append(muscle)
        return found

    def counted(self, record: Action | Group | Region) -> list[Muscle]:
        """The muscles that do this, are its members, or lie in it; each once. Whether these are all, its `complete` says."""
        of = {"action": self._doers, "group": self._members, "region": self._inhabitants}
        return of[record.kind].get(record.id, [])

    @cached_property
    def _doers(self) -> dict[str, list[Muscle]]:
        return {
            action: list({player.muscle.id: player.muscle for player in players}.values())
            for action, players in self._performers.items()
        }

    @cached_property
    def _inhabitants(self) -> dict[str, list[Muscle]]:
        found: dict[str, list[Muscle]] = {}
        for muscle in self.muscles:
            for region in self.around(muscle.region):
                found.setdefault(region.id, []).append(muscle)
        return found

    def around(self, region: str) -> list[Region]:
        """The region, what it is a part of, and so on to the whole."""
        found: list[Region] = []
        at: str | None = region
        while at and len(found) < 8:
            record = self.get(Region, at)
            found.append(record)
            at = record.part_of
        return found

    def shared(self, group: Group, about: str) -> list[tuple[str, list[Player]]]:
        """What all members have in common about 'actions' or 'nerve', and those parts that alone have it."""
        members = self.members(group)
        if not members:
            return []
        both = frozenset.intersection(*(muscle.named(about) for muscle in members))
        ids = dict.fromkeys(fact.id for fact in members[0].facts(about) if fact.id in both)
        return [(id, [part for muscle in members for part in _only_parts(muscle, about, id)]) for id in ids]

    def group_of(self, players: Iterable[Player]) -> Group | None:
        """The group whose members these are, all of them whole and nobody else."""
        listed = list(players)
        if any(player.part for player in listed):
            return None
        id = self._groups.get(frozenset(player.muscle.id for player in listed))
        return self.find(Group, id) if id else None

    @cached_property
    def _groups(self) -> dict[frozenset[str], str]:
        return {
            frozenset(muscle.id for muscle in members): id for id, members in self._members.items() if len(members) > 1
        }

    @cached_property
    def _performers(self) -> dict[str, list[Player]]:
        found: dict[str, list[Player]] = {}
        for muscle in self.muscles:
            parts: dict[str, list[str]] = {}
            for fact in muscle.facts("actions"):
                parts.setdefault(fact.id, []).append(fact.part)
            for action, of in parts.items():
                whole = "" in of or len(of) == len(muscle.divisions)
                found.setdefault(action, []).extend(
                    [Player(muscle)] if whole else [Player(muscle, part) for part in of]
                )
        return found

    def performers(self, action: str) -> list[Player]:
        """Every muscle, or part of one, that has this action."""
        return self._performers.get(action, [])

    def prime_movers(self, action: Action) -> list[Player]:
        return [
            Player(self.get(Muscle, id.split("/")[0]), id.partition("/")[2])
            for id in action.prime_movers
            if not self.get(Muscle, id.split("/")[0]).retired
        ]

    def led_by(self, muscle: str) -> list[str]:
        """The ids of the movements in which this muscle, or a part of it, is a prime mover."""
        return self._led_by.get(muscle, [])

    @cached_property
    def _led_by(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for action in self.of(Action):
            for id in action.prime_movers:
                found.setdefault(id.split("/")[0], []).append(action.id)
        return found

    def synergists(self, action: Action) -> list[Player]:
        """The others with this action: they assist its prime movers."""
        first = {player.id for player in self.prime_movers(action)}
        return [
            player for player in self.performers(action.id) if player.id not in first and player.muscle.id not in first
        ]

    def opposite(self, action: Action) -> Action | None:
        """The movement back, whichever of the two states it."""
        id = action.opposite or self._opposites.get(action.id)
        return self.find(Action, id) if id else None

    @cached_property
    def _opposites(self) -> dict[str, str]:
        return {action.opposite: action.id for action in self.of(Action) if action.opposite}

    def antagonists(self, action: Action) -> list[Player]:
        """Every muscle of the opposite movement."""
        back = self.opposite(action)
        return [] if back is None else [*self.prime_movers(back), *self.synergists(back)]

    def joints(self, muscle: Muscle) -> list[str]:
        """The ids of the joints that its actions move."""
        actions = (self.find(Action, fact.id) for fact in muscle.facts("actions"))
        return list(dict.fromkeys(action.joint for action in actions if action))

    def moved_by(self, exercise: Exercise) -> list[Action]:
        """The joint actions of an exercise."""
        return [action for id in exercise.actions if (action := self.find(Action, id))]

    def behind(self, id: str) -> list[Muscle]:
        """The muscles that the id of a muscle, of a part of one, or of a group stands for."""
        muscle = self.find(Muscle, id.split("/")[0])
        group = None if muscle else self.find(Group, id)
        return [muscle] if muscle else self.members(group) if group else []

    def its_share(self, id: str, exercise: Exercise) -> list[Action]:
        """The joint actions of an exercise that a muscle, a part of one, or at least half of a group has."""
        muscles, part = self.behind(id), id.partition("/")[2]
        return [
            action
            for action in self.moved_by(exercise)
            if muscles and 2 * sum(_has(muscle, part, action.id) for muscle in muscles) >= len(muscles)
        ]

    # What sets a muscle apart

    def only_one(self, muscle: Muscle) -> bool:
        """Whether origin and insertion together belong to no other muscle, so that they can be asked in reverse.

        That no other of the deck has them tells little while others are missing: all muscles around it must be here.
        A retired muscle keeps its card: learners have it, and it must not go blank.
        """
        key = (muscle.named("origin"), muscle.named("insertion"))
        alone = bool(key[0] and key[1]) and set(self._attached.get(key, ())) <= {muscle.id}
        return alone and any(region.complete for region in self.around(muscle.region))

    @cached_property
    def _attached(self) -> dict[tuple[frozenset[str], frozenset[str]], list[str]]:
        found: dict[tuple[frozenset[str], frozenset[str]], list[str]] = {}
        for muscle in self.muscles:
            found.setdefault((muscle.named("origin"), muscle.named("insertion")), []).append(muscle.id)
        return found

    @cached_property
    def _by_site(self) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = {}
        for muscle in self.muscles:
            for about in ("origin", "insertion"):
                for site in sorted(muscle.named(about)):
                    found.setdefault((about, site), []).append(muscle.id)
        return found

    @cached_property
    def _confused_with(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for muscle in self.muscles:
            for id in muscle.confuse_with:
                found.setdefault(id.split("/")[0], []).append(muscle.id)
        return found

    def lookalikes(self, muscle: Muscle) -> list[Lookalike]:
        """Muscles that share an attachment or nearly a name, with what tells them apart; the author's words first."""
        if muscle.id not in self._alike:  # rules, cards and tags ask for the same
            self._alike[muscle.id] = self._lookalikes(muscle)
        return list(self._alike[muscle.id])

    def _lookalikes(self, muscle: Muscle) -> list[Lookalike]:
        found: dict[str, Lookalike] = {}
        for id, words in muscle.confuse_with.items():
            other = self.find(Muscle, id.split("/")[0])
            if other is not None and not other.retired:
                found[other.id] = Lookalike(other, words)
        scores = self._nearness(muscle)
        own = muscle.named("origin"), muscle.named("insertion")
        for _, id in sorted([(-score, id) for id, score in scores.items()]):
            if len(found) >= MAX_LOOKALIKES:
                break
            if id != muscle.id and id not in found:
                other = self.get(Muscle, id)
                words = self._difference(*own, other)
                if words:
                    found[id] = Lookalike(other, words)
        return list(found.values())

    def _nearness(self, muscle: Muscle) -> dict[str, float]:
        """How near other muscles are to this one: by who is told apart from it, by attachments, by names in a group."""
        scores: dict[str, float] = dict.fromkeys(self._confused_with.get(muscle.id, ()), 1.0)
        for about in ("origin", "insertion"):
            for site in sorted(muscle.named(about)):  # sums of fractions differ with their order
                sharing = self._by_site.get((about, site), ())  # empty around a retired muscle
                if 0 < len(sharing) <= MAX_SHARING:
                    share = 1 / len(sharing)
                    for each in sharing:
                        scores[each] = scores.get(each, 0) + share
        for group in muscle.groups:
            members = self._members.get(group, ())
            for other in members if len(members) <= MAX_SHARING else ():
                if DamerauLevenshtein.distance(muscle.name, other.name, score_cutoff=4) <= 4:
                    scores[other.id] = scores.get(other.id, 0) + 1
        return scores

    def _difference(self, from_: frozenset[str], to: frozenset[str], other: Muscle) -> str:
        """'Also from the ischial tuberosity; inserts on …': what another muscle shares with these ends, then what not.

        What only some parts of it share is said of one of these, and of its own other end.
        """
        for about, mine in (("origin", from_), ("insertion", to)):
            shared = mine & other.named(about)
            having = [part for part in other.divisions if shared & {fact.id for fact in other.facts(about, part)}]
            part = having[0] if 0 < len(having) < len(other.divisions) else ""
            if part:
                shared &= {fact.id for fact in other.facts(about, part)}
            far = "insertion" if about == "origin" else "origin"
            rest = self._listed(other, far, (to if about == "origin" else from_) & other.named(far), part)
            if shared and rest:
                also, then = ("from", "inserts on") if about == "origin" else ("inserts on", "arises from")
                if not part:
                    return f"Also {also} {self._some(shared)}; {then} {rest}."
                who = f"Its {self.low(other.part_name(part))}{' is' * (about == 'origin')}"
                return f"{who} also {also} {self._some(shared)}; it {then} {rest}."
        part = next(iter(other.divisions), "")
        starts = self._listed(other, "origin", from_ & other.named("origin"), part)
        ends = self._listed(other, "insertion", to & other.named("insertion"), part)
        who = f"Its {self.low(other.part_name(part))} runs from" if part else "From"
        return f"{who} {starts} to {ends}." if starts and ends else ""

    def _some(self, sites: Iterable[str]) -> str:
        return " and ".join([self._the(site) for site in sorted(sites)[:2]])

    def _listed(self, muscle: Muscle, about: str, without: frozenset[str], part: str = "") -> str:
        if without or part:
            return self._first([fact.id for fact in muscle.facts(about, part) if fact.id not in without])
        found = self._ends.get((muscle.id, about))
        if found is None:
            found = self._ends[muscle.id, about] = self._first([fact.id for fact in muscle.facts(about)])
        return found

    def _first(self, sites: list[str]) -> str:
        return " and ".join([self._the(site) for site in dict.fromkeys(sites[:2])])

    def _the(self, site: str) -> str:
        if site not in self._low_sites:
            # In a sentence it is the head of the fibula, though its name is Head of fibula.
            name = _OF.sub("of the ", self.low(self.site_short(site)))
            self._low_sites[site] = f"the {name}"
        return self._low_sites[site]

    # Evidence

    def sources(self, ids: Iterable[str]) -> list[Source]:
        return [self.get(Source, id) for id in ids]

    @cached_property
    def exams(self) -> dict[str, list[tuple[Exam, str]]]:
        """Topic to the exam domains that ask it."""
        found: dict[str, list[tuple[Exam, str]]] = {}
        for exam in self.of(Exam):
            for domain, each in exam.domains.items():
                for topic in each.topics:
                    found.setdefault(topic, []).append((exam, domain))
        return found


def _named(records: Iterable[Record]) -> set[tuple[tuple[str, ...], str]]:
    return {(each.kinds, each.id) for record in records for each in record.refers()}


def _stated(record: Record) -> str:
    document, prose = record.document, prose_of(type(record))
    stated = [(key, "" if key in prose else value) for key, value in document.value.items()]
    return f"{document.file.name} {stated}"


def _has(muscle: Muscle, part: str, action: str) -> bool:
    """Whether a muscle, or the part that is named, has this action."""
    return any(fact.id == action for fact in muscle.facts("actions", part))


def _only_parts(muscle: Muscle, about: str, id: str) -> list[Player]:
    """The parts of a muscle of which this is true, where it is not true of the whole."""
    parts = dict.fromkeys(fact.part for fact in muscle.facts(about) if fact.id == id)
    return [Player(muscle, part) for part in parts] if "" not in parts and len(parts) < len(muscle.divisions) else []


def _lower(name: str) -> str:
    """A name inside a sentence: 'Ischial tuberosity' becomes 'ischial tuberosity', 'T12 vertebra' stays."""
    return name if name[1:2].isupper() or name[1:2].isdigit() else name[:1].lower() + name[1:]
