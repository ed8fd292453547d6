"""The life of a deck from a seed: editions that an author publishes, each doing a few of the things that authors do.

What each edition ships is held against what its author means, and what it did not mean to change against the edition
before. `learner.py` then imports what lies in the folder, in any Anki: packages, and `history.json`.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from deckbuilder.package import reader
from support.author import START, Author
from support.learner import Edition, Shipped
from support.opened import media, note_types

HOURS = 3600
# What a text may hold that HTML, YAML, Markdown, Jinja, Anki or a careless hash could stumble over.
LETTERS = "ab 7<>&{}[]()|:#!*_~^%$\\\"'`-./\u00e9\u0301\u2013\U0001f600"
PLACES = ("one.yaml", "two.yaml", "b/one.yaml", "b/c/three.yaml", "d/four.yml")
SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="{}" height="5"/></svg>'
FIRST: dict[str, dict[str, Any]] = {
    "muscle": {
        "name": "A muscle",
        "region": "arm",
        "compartment": "anterior",
        "groups": ["bunch"],
        "origin": {"coracoid-process": "at its tip"},
        "insertion": ["radial-tuberosity"],
        "actions": ["flexion"],
        "nerve": ["musculocutaneous"],
    },
    "concept": {
        "name": "An idea",
        "topic": "synergy",
        "regions": ["arm"],
        "definition": "What it means.",
        "case": "When it happens.",
    },
    "claim": {
        "says": "It is so.",
        "verdict": "mixed",
        "because": "Nobody has looked.",
        "regions": ["arm"],
        "checked": "2026-11",
    },
    "question": {"ask": "What is it?", "answer": "That.", "topic": "anatomy", "regions": ["arm"]},
    "cloze": {"text": "From {1|place 1} to there.", "topic": "anatomy", "regions": ["arm"]},
    "occlusion": {"name": "A bone", "plate": "bone", "masks": {"2": "olecranon"}, "regions": ["arm"]},
}
# A whole deck lints, and no history does: any number will do.
COMPLETE = {"muscles": 2, "sources": "openstax-ap2e-11-5"}
MARKS = ("coracoid-process", "olecranon", "radial-tuberosity", "shaft-of-humerus")
NEEDED: list[dict[str, Any]] = [
    {"group": "bunch", "name": "A bunch", "region": "arm", "complete": COMPLETE},
    {"action": "flexion", "name": "Flexion", "joint": "elbow", "plane": "sagittal", "phrase": "flexes the elbow"}
    | {"prime_movers": ["muscle-1"]},
    {"muscle": "muscle-1"} | FIRST["muscle"],
    {"muscle": "muscle-2"} | FIRST["muscle"] | {"origin": ["shaft-of-humerus"], "insertion": ["olecranon"]},
    {"concept": "concept-1"} | FIRST["concept"],
    {"question": "question-1"} | FIRST["question"],
    {"cloze": "cloze-1"} | FIRST["cloze"],
    {"occlusion": "occlusion-1"} | FIRST["occlusion"],
]


@dataclass
class Card:
    """A record as its author thinks of it: where it stands, what it says, and words by which to know that it arrived."""

    value: dict[str, Any]
    file: str = PLACES[0]
    why: str = ""
    hint: str = ""
    retired: bool = False  # as of the last edition
    back: bool = False  # since then, and to be built retired before it lives again

    @property
    def kind(self) -> str:
        return next(iter(self.value))

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.value[self.kind]}"


@dataclass
class Source:
    """The whole project as its author thinks of it."""

    cards: list[Card] = field(default_factory=list)
    dropped: list[Card] = field(default_factory=list)
    curriculum: list[str] = field(default_factory=list)
    edition: int = 1

    def save(self, author: Author) -> None:
        for path in [*author.root.glob("cards/**/*.yaml"), *author.root.glob("cards/**/*.yml")]:
            if path.parent.name != "vocabulary" and path.name != "deck.yaml":
                path.unlink()
        for file in {card.file for card in self.cards}:
            found = [card.value for card in self.cards if card.file == file]
            author.write(f"cards/{file}", json.dumps(found, ensure_ascii=False))
        head = author.read("cards/deck.yaml").split("curriculum:")[0].splitlines(keepends=True)
        lines = [f"edition: 2027-{self.edition}\n" if line.startswith("edition:") else line for line in head]
        tail = f"curriculum: {json.dumps(self.curriculum)}\nextra_tags: [One, Two, Set::Of_three]\n"
        author.write("cards/deck.yaml", "".join(lines) + tail)
        author.hush()


class History:
    """An author at work, who renames fields and card templates if the seed is odd: that needs Anki 23.12."""

    def __init__(self, folder: Path, seed: int, home: Path) -> None:
        self.folder, self.dice, self.renames = folder, random.Random(seed), seed % 2 == 1
        self.author = Author(home / "project")
        self.author.take_templates()
        self.source = Source([Card(dict(value) | {"sources": "openstax-ap2e-11-5"}) for value in NEEDED])
        self.made, self.left_behind = 10, list[str]()
        self.spare = "Spare 1"
        self.hints_are_shown = False
        self.before: dict[str, Shipped] = {}
        self.ids: dict[str, int] = {}
        self.does_draw_the_plate_anew()
        self.moves: dict[str, Callable[[], bool | None]] = {
            name.removeprefix("does_"): getattr(self, name) for name in sorted(dir(self)) if name.startswith("does_")
        }

    def editions(self, count: int) -> list[Edition]:
        found = [self.publish(0, ["the first edition"])]
        while len(found) < count:
            names = self.dice.sample(sorted(self.moves), self.dice.randint(2, 5))
            found.append(self.publish(len(found), [name for name in names if self.moves[name]() is not False]))
        return found

    # What authors do; False is nothing to be done

    def does_reword(self) -> None:
        card = self.one()
        card.why = self.mark()
        card.value["why"] = f"{self.words()} {card.why}"

    def does_hint(self) -> None:
        """A hint, which fills the spare field once that has been taken into use, and so makes a card."""
        card = self.one()
        card.hint = self.mark()
        card.value["hint"] = f"{self.words()} {card.hint}"

    def does_take_the_hint_away(self) -> None:
        card = self.one()
        card.hint = ""
        card.value.pop("hint", None)

    def does_move_to_another_file(self) -> None:
        self.one().file = self.dice.choice(PLACES)

    def does_split_and_reorder_lists(self) -> None:
        self.dice.shuffle(self.source.cards)
        for card in self.source.cards:
            card.file = self.dice.choice(PLACES)

    def does_reorder_the_curriculum(self) -> None:
        self.source.curriculum = self.dice.sample(PLACES, len(PLACES))

    def does_rename(self) -> None:
        card = self.one()
        old, new = card.value[card.kind], f"{card.kind}-{self.number()}"
        for each in self.source.cards:
            each.value = json.loads(json.dumps(each.value).replace(json.dumps(old), json.dumps(new)))
        card.value["formerly"] = [old]
        self.left_behind.append(f"{card.kind}/{old}")

    def does_retag(self) -> None:
        tags = [tag for tag in ("One", "Two", "Set::Of_three") if self.dice.random() < 0.5]
        self.one().value.update(tags=tags, tier=self.dice.choice(["core", "deep"]))

    def does_add(self) -> None:
        kind = self.dice.choice(sorted(FIRST))
        id = f"{kind}-{self.number()}"
        free = [key for key in self.left_behind if key.startswith(f"{kind}/")]
        if free and self.dice.random() < 0.5:  # an id that a renamed card has left behind: the lock remembers which
            self.left_behind.remove(free[0])
            id = free[0].split("/")[1]
            for card in self.source.cards + self.source.dropped:
                if card.kind == kind and card.value.get("formerly") == [id]:
                    del card.value["formerly"]
        value = {kind: id} | FIRST[kind] | {"sources": "openstax-ap2e-11-5"}
        if kind == "muscle":
            (group, *_), (action, *_) = (
                [c.value[of] for c in self.source.cards if c.kind == of] for of in ("group", "action")
            )
            value |= {"groups": [group], "actions": [action]}
        self.source.cards.append(Card(value))

    def does_retire_or_revive(self) -> None:
        card = self.one()
        if not card.back and card.value.pop("retired", None) is None:
            card.value["retired"] = f"Gone: {self.words()}"

    def does_drop(self) -> bool:
        """Records that an edition has retired, and that are so still, may be deleted, if no other leans on them."""
        leant_on = ("muscle", "group", "action")
        retired = [card for card in self.source.cards if card.retired and "retired" in card.value]
        gone = [card for card in retired if card.kind not in leant_on]
        self.source.cards = [card for card in self.source.cards if card not in gone]
        self.source.dropped += gone
        return bool(gone)

    def does_bring_a_dropped_one_back(self) -> bool:
        """As it was when it left, retired: a living card of that id would be another one."""
        if not self.source.dropped:
            return False
        card = self.source.dropped.pop()
        card.back = True
        self.source.cards.append(card)
        return True

    def does_change_the_gaps(self) -> bool:
        found = [card for card in self.source.cards if card.kind == "cloze"]
        for card in found[-1:]:
            gaps = sorted(self.dice.sample(range(1, 5), self.dice.randint(1, 4)))
            card.value["text"] = "From " + " to ".join(f"{{{gap}|place {gap}}}" for gap in gaps)
        return bool(found)

    def does_change_the_masks(self) -> bool:
        """Some come, some go, some are written elsewhere; each has its number for ever."""
        found = [card for card in self.source.cards if card.kind == "occlusion"]
        for card in found[-1:]:
            numbers = self.dice.sample(range(1, 5), self.dice.randint(1, 4))
            card.value["masks"] = {str(number): MARKS[number - 1] for number in numbers}
        return bool(found)

    def does_draw_the_plate_anew(self) -> None:
        boxes = [[round(self.dice.uniform(0, 0.2), 2), place / 5, 0.5, 0.1] for place in range(4)]
        labels = [
            {"landmark": mark, "text": mark, "box": box, "at": [0.9, 0.5]}
            for mark, box in zip(MARKS, boxes, strict=True)
        ]
        seen = f"A bone, drawing {self.number()}"
        plate = {"file": "drawn/bone.svg", "seen": seen, "size": [90, 90], "labels": labels}
        self.author.write("cards/media/drawn/bone.svg", SQUARE.format(self.number()))
        self.author.write("cards/media/figures.json", json.dumps({"plates": {"bone": plate}}))

    def does_add_and_empty_cards(self) -> bool:
        found = [card for card in self.source.cards if card.kind == "concept"]
        for card in found[-1:]:
            case, mechanism = self.dice.random() < 0.5, self.dice.random() < 0.5
            for name, wanted in (("case", case), ("mechanism", mechanism), ("mechanism_question", mechanism)):
                card.value.pop(name, None)
                card.value |= {name: f"Some {name}."} if wanted else {}
        return bool(found)

    def does_change_a_picture(self) -> None:
        """Of one card or of several, in a file of its own or in one that others show as well."""
        file = f"{self.dice.choice('abc')}.svg"
        self.author.write(f"cards/media/{file}", SQUARE.format(self.number()))
        for card in self.dice.sample([card for card in self.source.cards if card.kind != "occlusion"], 2):
            card.value["picture"] = {"file": file, "alt": "A square"}
        self.one().value.pop("picture", None)
        shown = {card.value["picture"]["file"] for card in self.source.cards if "picture" in card.value}
        for path in self.author.root.glob("cards/media/*.svg"):
            if path.name not in shown | {card.value.get("picture", {}).get("file") for card in self.source.dropped}:
                path.unlink()

    def does_restyle(self) -> None:
        css = self.author.read("templates/_shared/style.css")
        self.author.write("templates/_shared/style.css", f"{css}\n.a{self.number()} {{ top: 0 }}")

    def does_change_a_template(self) -> None:
        text = self.author.read("templates/muscle/cards/origin.html.j2")
        text = re.sub(r"(?:Told \d+ )?\{\{Origin\}\}", f"Told {self.number()} {{{{Origin}}}}", text)
        self.author.write("templates/muscle/cards/origin.html.j2", text)

    def does_change_the_edition(self) -> None:
        self.source.edition += 1

    def does_fill_a_spare_field_and_card(self) -> bool:
        if self.hints_are_shown:
            return False
        self.hints_are_shown = True
        if self.renames:
            self.spare = "Second hint"
            self.swap("templates/_shared/notetype.yaml", "Spare 1", self.spare)
        fields = self.author.read("templates/_shared/fields.html.j2")
        filled = f"\n{{% set {self.spare.replace(' ', '_')} %}}{{{{ record.hint }}}}{{% endset %}}\n"
        self.author.write("templates/_shared/fields.html.j2", fields + filled)
        return True

    def does_rename_a_field_and_a_template(self) -> bool:
        if not self.renames:
            return False
        self.swap("templates/_shared/notetype.yaml", r"name: (Spare 6|Room \d+)", f"name: Room {self.number()}")
        self.swap("templates/muscle/notetype.yaml", r"name: (Origin|From \d+), file", f"name: From {self.made}, file")
        return True

    # An edition

    def publish(self, number: int, does: list[str]) -> Edition:
        self.source.save(self.author)
        self.author.now = START + number * HOURS
        report = self.author.attempt()
        if report.built is None:  # a group without members has no card: an author is told so, and puts it right
            errors = {fault.rule for fault in report.diagnostics if fault.severity == "error"}
            assert errors == {"blank-card"}, report.diagnostics
            for card in self.source.cards:
                if not card.back:
                    card.value.pop("retired", None)
            self.source.save(self.author)
            report = self.author.attempt()
        assert report.built is not None, report.diagnostics
        package = self.folder / f"{number + 1:02}.apkg"
        shutil.copy(report.built.path, package)
        edition = self.seen(package, does)
        self.changes_only_what_it_means(edition)
        self.says_what_it_means(edition)
        self.before |= edition.notes
        return edition

    def seen(self, package: Path, does: list[str]) -> Edition:
        content = reader.read(package)
        ordinals = defaultdict[int, list[int]](list)
        for card in content.cards():
            ordinals[card.note_id].append(card.ordinal)
        place = {kind.id: kind.names.index("Key") for kind in content.note_types}
        notes = {}
        for note in content.notes():
            cards, key = sorted(ordinals[note.id]), note.fields[place[note.note_type_id]]
            notes[note.guid] = Shipped(key, note.mod, list(note.fields), list(note.tags), cards)
            assert self.ids.setdefault(note.guid, note.id) == note.id, f"{key} has another id"
        types = {
            name: [
                [each["name"] for each in kind["flds"]],
                [[each["name"], each["qfmt"], each["afmt"]] for each in kind["tmpls"]],
                kind["css"],
            ]
            for name, kind in note_types(package).items()
        }
        digests = {name: hashlib.sha256(data).hexdigest() for name, data in media(package).items()}
        return Edition(package.name, self.author.now, does, notes, types, digests)

    def changes_only_what_it_means(self, edition: Edition) -> None:
        """A note has a newer time if its content changed, and only then."""
        for guid, note in edition.notes.items():
            if guid not in self.before:
                continue
            before = self.before[guid]
            same = (note.fields, note.tags, note.cards) == (before.fields, before.tags, before.cards)
            wanted = before.mod if same else edition.time
            changed = "did not change" if same else "changed"
            assert note.mod == wanted, f"{note.key} {changed}, and went from {before.mod} to {note.mod}"

    def says_what_it_means(self, edition: Edition) -> None:
        shipped = {note.key: (guid, note) for guid, note in edition.notes.items()}
        lock = self.author.lock
        for card in self.source.cards:
            guid, note = shipped[card.key]
            assert guid == lock.notes[card.key].guid, card.key
            text = " ".join(note.fields)
            assert card.why in text and card.hint in text, card.key
            card.retired, card.back = "retired" in card.value, False
            assert ("TA::Status::Retired" in note.tags) == card.retired, card.key
            tags = card.value.get("tags", [])
            assert {f"TA::{tag}" for tag in tags} <= set(note.tags)
            if card.value.get("tier") == "deep":
                assert "TA::Tier::3_Deep" in note.tags
            if "picture" in card.value:
                data = (self.author.root / "cards/media" / card.value["picture"]["file"]).read_bytes()
                assert any(
                    edition.media[name] == hashlib.sha256(data).hexdigest()
                    for name in re.findall(r'src="([^"]+)"', text)
                )
            if card.kind == "cloze":
                gaps = {int(gap) - 1 for gap in re.findall(r"\{(\d)\|", card.value["text"])}
                assert set(note.cards) >= gaps
            if card.kind == "occlusion":
                assert note.cards == sorted(int(number) - 1 for number in card.value["masks"])

    def one(self) -> Card:
        return self.dice.choice(self.source.cards)

    def number(self) -> int:
        self.made += 1
        return self.made

    def mark(self) -> str:
        return f"mark{self.number()}"

    def words(self) -> str:
        return "".join(self.dice.choices(LETTERS, k=self.dice.randint(1, 24)))

    def swap(self, name: str, old: str, new: str) -> None:
        text, count = re.subn(old, new, self.author.read(name))
        assert count, f"{old} is not in {name}"
        self.author.write(name, text)


def make(folder: Path, seed: int, *, editions: int = 20) -> Path:
    """Publish a history into a folder of its own below this one."""
    history = folder / str(seed)
    history.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as home:
        try:
            found = History(history, seed, Path(home)).editions(editions)
        except Exception as error:
            raise AssertionError(f"history {seed}, its author: {error}") from error
    (history / "history.json").write_text(json.dumps([asdict(each) for each in found]), "utf-8")
    return history
