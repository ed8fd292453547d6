"""Learners who live through a deck's history: they study, edit, skip editions, import late, twice, or an old one again.

`histories.py` publishes the editions. After each import everything is held against the promises: no schedule moves, no
note is there twice, what the edition changed has arrived to the letter, and nothing else was touched. A learner is
decided by its number and that of the history, so that a loss can be repeated.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from support import ankis
from support.judge import KEEPS_OUR_TIME, RENAMES_CLEANLY, VERSION, Anki, SeenNote

# No loss: a card whose field an edition emptied, a picture that an edition replaced, and what Anki itself leaves undone
# when a learner forgets a card.
NO_LOSS = re.compile(
    r".*: the front is empty|.*: media there but not used|"
    r"Check Database: Added last review time to \S+ cards?\.\nDatabase rebuilt and optimized\."
)


@dataclass(frozen=True)
class Shipped:
    """A note in a package: fields in order, and the ordinals of its cards."""

    key: str
    mod: int
    fields: list[str]
    tags: list[str]
    cards: list[int]


@dataclass(frozen=True)
class Edition:
    """A package, the time of its build, what its author did, and what is in it: notes by guid, media by name."""

    package: str
    time: int
    does: list[str]
    notes: dict[str, Shipped]
    types: dict[str, list[Any]]
    media: dict[str, str]


def read(folder: Path) -> list[Edition]:
    """The editions of a history that lies in a folder."""
    found = json.loads((folder / "history.json").read_text("utf-8"))
    return [
        Edition(**each | {"notes": {guid: Shipped(**note) for guid, note in each["notes"].items()}}) for each in found
    ]


@dataclass
class Tally:
    """What happened in one life or more."""

    lives: int = 0
    imports: int = 0
    acts: int = 0
    new: int = 0
    updated: int = 0
    hidden: int = 0  # texts that an import too late kept from arriving, where Anki dates notes by its own clock

    def __add__(self, other: Tally) -> Tally:
        return Tally(**{name: count + getattr(other, name) for name, count in vars(self).items()})


@dataclass(frozen=True)
class Temper:
    """How likely a learner is to act between two editions, to import the newest, an older one, and one twice."""

    acts: int
    newest: float
    older: float
    twice: float


TEMPERS = (Temper(3, 1.0, 0.0, 0.1), Temper(4, 0.4, 0.0, 0.2), Temper(4, 0.5, 0.4, 0.3), Temper(2, 0.15, 0.1, 0.0))


def lives(history: Path, number: int, home: Path) -> Tally:
    """The life of one learner through the history in a folder. A loss says who lost what, where, and how to repeat it."""
    learner = Learner(history, number, home)
    try:
        return learner.lives()
    except Exception as error:
        version = ".".join(map(str, VERSION))
        again = (
            f"python tests/torture.py --first {history.name} --histories 1 --editions {len(learner.editions)} "
            f"--learners {number + 1} --anki {version if version in ankis.OLDER else 'newest'}"
        )
        story = "\n".join(f"  {place}: {', '.join(each.does)}" for place, each in enumerate(learner.editions, 1))
        raise AssertionError(
            f"{error}\nhistory {history.name}, learner {number}, {learner.place}\n{story}\nto repeat it: {again}"
        ) from error
    finally:
        learner.anki.close()


@dataclass
class Learner:
    history: Path
    number: int
    home: Path
    place: str = "before the first edition"
    tally: Tally = field(default_factory=Tally)
    touched: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.editions = read(self.history)
        self.dice = random.Random(f"{self.history.name}/{self.number}")
        self.temper = TEMPERS[self.number % len(TEMPERS)]
        self.anki = Anki(self.home)
        self.newest_had = -1
        self.pictures = {name: digest for edition in self.editions for name, digest in edition.media.items()}

    def lives(self) -> Tally:
        last = len(self.editions) - 1
        for number, edition in enumerate(self.editions):
            self.now = edition.time
            self.acts()
            if number in (0, last) or self.chance(self.temper.newest):
                self.imports(number, number)
            if number and self.chance(self.temper.older):
                self.imports(self.dice.randrange(number), number)
            self.acts()
        self.place = "at the end"
        faults = [fault for fault in self.anki.faults() if not NO_LOSS.fullmatch(fault)]
        assert not faults, faults
        self.tally.lives += 1
        return self.tally

    def chance(self, of: float) -> bool:
        return self.dice.random() < of

    # What learners do

    def acts(self) -> None:
        if not self.anki.collection.card_count():
            return
        for _ in range(self.dice.randrange(self.temper.acts + 1)):
            self.now += self.dice.randint(1, 60)
            before = self.mods()
            name = self.dice.choice([name for name in dir(self) if name.startswith("does_")])
            self.place = f"{self.place.split(', then')[0]}, then {name}"
            getattr(self, name)()
            dated = [guid for guid, mod in self.mods().items() if before[guid] != mod]
            self.anki.date(dated, self.now)
            self.touched.update(dated)
            self.tally.acts += 1

    def does_review(self) -> None:
        for _ in range(3):
            card = self.dice.choice(self.anki.cards())
            if card.queue >= 0:
                self.anki.review(card.guid, card.ordinal, self.dice.choice([1, 2, 3, 4]))

    def does_flag(self) -> None:
        card = self.dice.choice(self.anki.cards())
        self.anki.flag(card.guid, card.ordinal, self.dice.randrange(8))

    def does_suspend(self) -> None:
        card = self.dice.choice(self.anki.cards())
        self.anki.suspend(card.guid, card.ordinal)

    def does_unsuspend(self) -> None:
        self.anki.collection.sched.unsuspend_cards([card.id for card in self._cards(9)])

    def does_bury(self) -> None:
        self.anki.collection.sched.bury_cards([card.id for card in self._cards(2)])

    def does_set_due_date(self) -> None:
        self.anki.collection.sched.set_due_date([card.id for card in self._cards(2)], "3-9")

    def does_forget(self) -> None:
        self.anki.collection.sched.schedule_cards_as_new([card.id for card in self._cards(1)])

    def does_cram(self) -> None:
        decks, sched = self.anki.collection.decks, self.anki.collection.sched
        sched.rebuild_filtered_deck(decks.id_for_name("Cram") or decks.new_filtered("Cram"))

    def does_move(self) -> None:
        card = self.dice.choice(self.anki.cards())
        self.anki.move(
            card.guid, card.ordinal, self.dice.choice(["Mine", "Arm::2 Exam practice", "Arm::1 Facts::Hard"])
        )

    def does_type(self) -> None:
        field = self.dice.choice(["My notes", "Why"])
        self.anki.edit(self._guid(), field, f"typed at {self.now}")

    def does_tag(self) -> None:
        self.anki.tag(self._guid(), self.dice.choice(["mine", "marked", "TA::Mine"]))

    def does_delete(self) -> None:
        if self.chance(0.3):
            self.anki.delete(self._guid())

    def _cards(self, count: int) -> list[Any]:
        cards = self.anki.cards()
        return self.dice.sample(cards, min(count, len(cards)))

    def _guid(self) -> str:
        return self.dice.choice(sorted(self.mods()))

    def mods(self) -> dict[str, int]:
        assert self.anki.collection.db is not None
        rows: Any = self.anki.collection.db.all("select guid, mod from notes")
        return dict(rows)

    # An import, and what must hold

    def imports(self, number: int, of: int) -> None:
        """Import an edition when another, at least as new, is the newest that there is."""
        self.now += self.dice.randint(1, 60)
        self.place = f"edition {number + 1} imported when {of + 1} is out"
        edition, anki = self.editions[number], self.anki
        schedule, notes = anki.schedule(), anki.notes()

        result = anki.imports(self.history / edition.package, at=self.now)

        self.tally.imports += 1
        self.tally.new += len(result.new)
        self.tally.updated += len(result.updated)
        after, seen = anki.schedule(), anki.notes()
        lost = sorted(place for place in schedule if after.get(place) != schedule[place])
        assert not lost, f"the schedule moved: {[(schedule[place], after.get(place)) for place in lost[:3]]}"
        rows = {(guid, ordinal) for guid, note in edition.notes.items() for ordinal in note.cards}
        assert after.keys() == schedule.keys() | rows, f"cards: {sorted(after.keys() ^ (schedule.keys() | rows))}"
        new = [card for place, (card, _) in after.items() if place not in schedule]
        assert all((card.reps, card.queue) == (0, 0) for card in new), f"not new: {new}"
        assert anki.collection.note_count() == len(seen), "a note is there twice"
        assert seen.keys() == notes.keys() | edition.notes.keys(), "notes are missing, or are too many"
        newer = {guid for guid, note in edition.notes.items() if guid in notes and note.mod > notes[guid].mod}
        assert not result.conflicting, f"refused: {result.conflicting}"
        assert set(result.new) == edition.notes.keys() - notes.keys()
        assert set(result.updated) == newer, f"updated: {set(result.updated) ^ newer}"
        for guid, note in seen.items():
            if guid in newer or guid not in notes:
                for problem in _differs(note, edition.notes[guid]):
                    raise AssertionError(f"{edition.notes[guid].key} did not arrive: {problem}")
                time = edition.notes[guid].mod if KEEPS_OUR_TIME or guid not in notes else self.now
                assert note.mod == time, f"{edition.notes[guid].key} has the time {note.mod}, not {time}"
            else:
                assert _said(note) == _said(notes[guid]), f"{note.fields['Key']} was touched: {notes[guid]} -> {note}"
        self.touched -= newer | set(result.new)
        self.hidden -= newer | set(result.new)
        self.hidden |= newer if number < of and not KEEPS_OUR_TIME else set()
        if number >= self.newest_had:
            self.newest_had = number
            self.reads_as_published(edition, seen)
        self.sees_every_picture(seen)
        if self.chance(self.temper.twice):
            self.imports(number, of)

    def reads_as_published(self, edition: Edition, seen: dict[str, SeenNote]) -> None:
        """Whoever has never imported anything newer, and never touched a note, has it as this edition says."""
        for guid, note in edition.notes.items():
            problem = next(_differs(seen[guid], note), "")
            if problem and guid in self.hidden:
                self.tally.hidden += 1
            elif guid not in self.touched:
                assert not problem, f"{note.key} does not say what the edition says: {problem}"
        for name, (fields, templates, css) in edition.types.items():
            type = self.anki.notetypes()[name]
            assert list(type.fields) == fields, f"{name}: {type.fields}"
            sides = [[name, *side] for name, side in zip(type.templates, type.sides, strict=True)]
            assert sides == templates, f"{name}: its templates are not those of the edition"
            assert type.css == css, f"{name}: its css is not that of the edition"

    def sees_every_picture(self, seen: dict[str, SeenNote]) -> None:
        media = {name: hashlib.sha256(content).hexdigest() for name, content in self.anki.media().items()}
        for note in seen.values():
            for name in re.findall(r'src="([^"]+)"', "".join(note.fields.values())):
                assert media.get(name) == self.pictures[name], f"{note.fields['Key']}: {name} is missing, or another"


def _differs(seen: SeenNote, shipped: Shipped) -> Iterator[str]:
    for (name, text), ours in zip(seen.fields.items(), shipped.fields, strict=True):
        if text != ours:
            yield f"{name} is {text!r}, published was {ours!r}"
    if set(seen.tags) != set(shipped.tags):
        yield f"tags are {seen.tags}, published were {shipped.tags}"


def _said(note: SeenNote) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """Text, tags and time; fields without their names, which an edition may change under the text."""
    return tuple(note.fields.values()), note.tags, note.mod


def main(folder: Path, learners: int) -> None:
    """Let learners live through every history in a folder that this Anki can take, and print what came of it as JSON."""
    total, losses = Tally(), list[str]()
    for history in sorted(path.parent for path in folder.glob("*/history.json")):
        if int(history.name) % 2 and not RENAMES_CLEANLY:
            continue
        for number in range(learners):
            with TemporaryDirectory() as home:
                try:
                    total += lives(history, number, Path(home))
                except AssertionError as loss:
                    losses.append(str(loss))
    print()  # Anki may have grumbled on a line of its own
    print(json.dumps([vars(total), losses]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
