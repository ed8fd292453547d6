"""A real Anki with a learner's collection, so that tests can ask it what a package does.

Everything here is Anki's own backend (the PyPI package `anki`, without windows), of whichever version is installed
from 2.1.66 on; where versions differ is told under "Versions". Notes are spoken of by guid and cards by guid and
ordinal: ids may differ between collections.

There is no clock to turn: the backend reads the real one, and compares mods in whole seconds. A release that
is to arrive over what a learner edits in a test wants a later `now`: `int(time.time()) + 60` will do.
"""

import re
import shutil
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal
from zipfile import ZipFile

import anki.collection  # before its parts, which import each other in a circle
from anki import import_export_pb2 as proto
from anki.buildinfo import version as version_name
from anki.cards import Card, CardId
from anki.decks import DEFAULT_DECK_ID
from anki.models import NotetypeId
from anki.notes import Note, NoteId

# Anki writes a complaint into the card itself, with a link to this page of its manual.
COMPLAINT = "docs.ankiweb.net/templates/errors"

# Versions
VERSION = tuple(int(part) for part in version_name.split("."))
HAS_OPTIONS = VERSION >= (23, 10)  # when to update, learning progress, merging
KNOWS_IDS = VERSION >= (23, 10)  # of fields and templates; older versions go by their names
RENAMES_CLEANLY = VERSION >= (23, 12)  # without writing the first field into templates and making cards of it
KEEPS_OUR_TIME = VERSION >= (25, 2)  # of a note that it updates; older versions write the time of the import

Update = Literal["if_newer", "always", "never"]
Sides = tuple[str, int, str, str, str]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The guids in each part of Anki's import log, sorted; of the last four, which no package fills, counts.

    `duplicate` is Anki's word for "already present, left as it was".
    """

    new: tuple[str, ...]
    updated: tuple[str, ...]
    duplicate: tuple[str, ...]
    conflicting: tuple[str, ...]
    first_field_match: int
    missing_notetype: int
    missing_deck: int
    empty_first_field: int


@dataclass(frozen=True, slots=True)
class SeenNote:
    """A note as the learner has it; `reviews` counts the answers on all of its cards."""

    id: NoteId
    guid: str
    mod: int
    notetype: str
    fields: dict[str, str]
    tags: tuple[str, ...]
    cards: tuple[int, ...]
    reviews: int


@dataclass(frozen=True, slots=True)
class SeenCard:
    """A card: its row of the cards table, and two names, which take no part in a comparison."""

    guid: str
    ordinal: int
    template: str = field(compare=False)
    deck: str = field(compare=False)
    id: int
    nid: int
    did: int
    mod: int
    usn: int
    type: int
    queue: int
    due: int
    ivl: int
    factor: int
    reps: int
    lapses: int
    left: int
    odue: int
    odid: int
    flags: int
    data: str


@dataclass(frozen=True, slots=True)
class SeenNoteType:
    """A note type, with the names of its fields and templates in order, and front and back of each."""

    id: int
    fields: tuple[str, ...]
    templates: tuple[str, ...]
    css: str
    sides: tuple[tuple[str, str], ...]


class Anki(AbstractContextManager["Anki"]):
    """A learner's collection in a folder of its own; a fresh folder is an empty collection.

    `collection` is Anki's own object, for what this class does not offer.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "collection.anki2"
        if not self.path.exists():
            self.path.write_bytes(_empty())
        self.collection = anki.collection.Collection(str(self.path))

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        self.collection.close()

    # What a learner does

    def imports(
        self,
        package: Path,
        *,
        update_notes: Update = "if_newer",
        merge: bool = False,
        at: int | None = None,
        **others: Any,
    ) -> ImportResult:
        """Import a package as the import page of a fresh profile does.

        `at` is the time of the import for a version that writes it into updated notes; unless told, that of the
        newest note in the package, as for a learner who imports promptly.
        Others are Anki's own: `with_scheduling` ("learning progress"), `with_deck_configs` ("presets").
        """
        if HAS_OPTIONS:
            condition = f"IMPORT_ANKI_PACKAGE_UPDATE_CONDITION_{update_notes.upper()}"
            update = proto.ImportAnkiPackageUpdateCondition.Value(condition)
            options = proto.ImportAnkiPackageOptions(update_notes=update, merge_notetypes=merge, **others)
            request: Any = proto.ImportAnkiPackageRequest(package_path=str(package), options=options)
        else:
            assert (update_notes, merge, others) == ("if_newer", False, {}), f"Anki {version_name} has no such option"
            request = str(package)
        log = self.collection.import_anki_package(request).log
        # Python is not told of the import, and would go on with the note types it knew.
        self.collection.models._clear_cache()

        here = self._guids()
        if log.updated and not KEEPS_OUR_TIME:
            updated = [here[note.id.nid] for note in log.updated]
            self.date(updated, _newest_in(package) if at is None else at)
        # A conflicting note is logged by its id in the package, which may be another's here.
        there = _guids_in(package) if log.conflicting else {}
        return ImportResult(
            new=tuple(sorted(here[note.id.nid] for note in log.new)),
            updated=tuple(sorted(here[note.id.nid] for note in log.updated)),
            duplicate=tuple(sorted(here[note.id.nid] for note in log.duplicate)),
            conflicting=tuple(sorted(there[note.id.nid] for note in log.conflicting)),
            first_field_match=len(log.first_field_match),
            missing_notetype=len(log.missing_notetype),
            missing_deck=len(log.missing_deck),
            empty_first_field=len(log.empty_first_field),
        )

    def imports_text(self, path: Path) -> ImportResult:
        """Import a text file as the import page does when nothing on it is touched: all is taken from the file's head.

        What the head leaves open is as the learner last had it.
        """
        metadata = self.collection.get_csv_metadata(str(path), None)
        del metadata.preview[:]  # the page does not send it back
        log = self.collection.import_csv(proto.ImportCsvRequest(path=str(path), metadata=metadata)).log

        here = self._guids()
        return ImportResult(
            new=tuple(sorted(here[note.id.nid] for note in log.new)),
            updated=tuple(sorted(here[note.id.nid] for note in log.updated)),
            duplicate=tuple(sorted(here[note.id.nid] for note in log.duplicate)),
            conflicting=tuple(sorted(here[note.id.nid] for note in log.conflicting)),
            first_field_match=len(log.first_field_match),
            missing_notetype=len(log.missing_notetype),
            missing_deck=len(log.missing_deck),
            empty_first_field=len(log.empty_first_field),
        )

    def review(self, guid: str, ordinal: int = 0, ease: Literal[1, 2, 3, 4] = 3) -> None:
        """Answer a card, first in the queue or not: 1 again, 2 hard, 3 good, 4 easy.

        By one 4, or two 3, a new card becomes a review card with an interval in days. Undo is forgotten.
        """
        card = self._card(guid, ordinal)
        if card.queue < 0:  # Anki would take the answer, and quietly lift the suspension
            raise ValueError(f"{guid}/{ordinal} is suspended or buried: nobody is asked it")
        # Of a queue that a test has asked for, Anki would take the first card only; it forgets one when rows are written.
        self._query("update col set usn = usn")
        self._lets_time_pass()
        card.start_timer()
        self.collection.sched.answerCard(card, ease)

    def _lets_time_pass(self) -> None:
        """Wait until the last answer is a millisecond old, as it is for every learner.

        Anki names an answer by its millisecond, and takes the next free one if that is taken. A row of quick answers
        gets ahead of the clock, and where that carries one into the next second, Check Database of Anki 26.9 finds
        that the card was last answered in another second than the answer's name says.
        """
        [[last]] = self._query("select coalesce(max(id), 0) from revlog")
        time.sleep(min(max(last + 1 - time.time() * 1000, 0), 1000) / 1000)

    def suspend(self, guid: str, ordinal: int = 0) -> None:
        self.collection.sched.suspend_cards([self._card(guid, ordinal).id])

    def flag(self, guid: str, ordinal: int, color: int) -> None:
        """Flag a card, 1 (red) to 7; 0 takes the flag away."""
        self.collection.set_user_flag_for_cards(color, [self._card(guid, ordinal).id])

    def move(self, guid: str, ordinal: int, deck: str) -> None:
        """Move a card to a deck, which is made if need be."""
        made = self.collection.decks.add_normal_deck_with_name(deck)
        self.collection.set_deck([self._card(guid, ordinal).id], made.id)

    def edit(self, guid: str, field: str, text: str) -> None:
        """Type into a field. The note's mod becomes now, unless the text is the same."""
        note = self.collection.get_note(self._id(guid))
        note[field] = text
        self.collection.update_note(note)

    def tag(self, guid: str, tag: str) -> None:
        """Add a tag, which makes the note as new as an edit does."""
        self.collection.tags.bulk_add([self._id(guid)], tag)

    def delete(self, guid: str) -> None:
        self.collection.remove_notes([self._id(guid)])

    def date(self, guids: Iterable[str], time: int) -> None:
        """Let what was last done to these notes have been done at this time."""
        assert self.collection.db is not None
        self.collection.db.executemany("update notes set mod = ? where guid = ?", [(time, guid) for guid in guids])

    # What a learner has

    def note(self, guid: str) -> SeenNote:
        return self.notes()[guid]

    def notes(self) -> dict[str, SeenNote]:
        """All notes by guid; of two with the same guid, which is a fault, the later one."""
        rows = self._query("select nid from revlog join cards on cards.id = cid")
        reviews = Counter(nid for (nid,) in rows)
        kinds = {kind.id: kind.name for kind in self.collection.models.all_names_and_ids()}
        seen = {}
        for id, guid in self._guids().items():
            note = self.collection.get_note(id)
            fields, tags, cards = dict(note.items()), tuple(note.tags), tuple(note.card_ids())
            seen[guid] = SeenNote(id, guid, note.mod, kinds[note.mid], fields, tags, cards, reviews[id])
        return seen

    def cards(self) -> list[SeenCard]:
        """All cards, in the order of guid and ordinal."""
        decks = {deck.id: deck.name for deck in self.collection.decks.all_names_and_ids()}
        templates = {kind["id"]: _names(kind["tmpls"]) for kind in self.collection.models.all()}
        columns = ", ".join(f"c.{name}" for name in SeenCard.__slots__[4:])
        rows = self._query(f"select n.guid, n.mid, c.ord, {columns} from cards c join notes n on n.id = nid")
        seen = []
        for guid, mid, ordinal, *row in sorted(rows):
            template = templates[mid][min(ordinal, len(templates[mid]) - 1)]
            seen.append(SeenCard(guid, ordinal, template, decks[row[2]], *row))
        return seen

    def schedule(self) -> dict[tuple[str, int], tuple[SeenCard, list[Any]]]:
        """What an import must leave as it was: each card, all of its columns, and its review log."""
        reviews = defaultdict(list)
        for review in self._query("select * from revlog order by id"):
            reviews[review[1]].append(review)
        return {(card.guid, card.ordinal): (card, reviews[card.id]) for card in self.cards()}

    def tags(self) -> list[str]:
        """All tags in the sidebar, where a tag stays when the last note has lost it."""
        return self.collection.tags.all()

    def decks(self) -> dict[str, tuple[str, bool]]:
        """All decks by full name, among them Default: description, and whether that is Markdown."""
        decks = self.collection.decks.get_all_legacy()
        return {deck["name"]: (deck["desc"], deck.get("md", False)) for deck in decks}

    def notetypes(self) -> dict[str, SeenNoteType]:
        """All note types by name, among them the six that every collection starts with."""
        found = {}
        for kind in self.collection.models.all():
            sides = tuple((each["qfmt"], each["afmt"]) for each in kind["tmpls"])
            found[kind["name"]] = SeenNoteType(
                kind["id"], _names(kind["flds"]), _names(kind["tmpls"]), kind["css"], sides
            )
        return found

    def media(self) -> dict[str, bytes]:
        """The files in the media folder."""
        return {file.name: file.read_bytes() for file in Path(self.collection.media.dir()).iterdir()}

    # What Anki says of it

    def rendered(self) -> Iterator[Sides]:
        """Guid, ordinal, template, question and answer of every card, by Anki's own renderer.

        Without `<style>`. A sound is `[anki:play:q:0]`; a broken template is a complaint on both sides.
        """
        for card in self.cards():
            sides = self.collection.get_card(CardId(card.id)).render_output()
            yield card.guid, card.ordinal, card.template, sides.question_text, sides.answer_text

    def expected_cards(self) -> dict[str, set[int]]:
        """The ordinals of the cards that Anki makes when each note is added by hand.

        An import makes none: it takes the rows of the package. A note without any front still gets card 0.
        """
        with self._copy() as copy:
            twins = {}
            for id, guid in copy._guids().items():
                note = copy.collection.get_note(id)
                twins[guid] = Note(copy.collection, note.mid)
                twins[guid].fields = note.fields
            for twin in twins.values():
                copy.collection.add_note(twin, DEFAULT_DECK_ID)
            return {guid: {card.ord for card in twin.cards()} for guid, twin in twins.items()}

    def faults(self) -> list[str]:
        """All that Anki finds wrong, and what it would overlook; empty if the deck is clean.

        Copies are asked, because Anki mends what it checks; copying restarts Anki, which forgets its undo.
        """
        expected = {(guid, ordinal) for guid, made in self.expected_cards().items() for ordinal in made}
        lacking = sorted(expected - {(card.guid, card.ordinal) for card in self.cards()})
        counts = Counter(self._guids().values())
        found = [f"{guid}: is the guid of {count} notes" for guid, count in counts.items() if count > 1]
        found += [f"{guid}/{ordinal}: Anki makes this card, but it is not there" for guid, ordinal in lacking]
        with self._copy() as copy:
            report, sound = copy.collection.fix_integrity()  # first: it removes what cannot be rendered
            found += [] if sound else [f"Check Database: {report}"]
            sides = list(copy.rendered())
            return [*found, *copy._bad_sides(sides), *copy._bad_media(sides)]

    def _bad_sides(self, sides: list[Sides]) -> Iterator[str]:
        empty = {id for note in self.collection.get_empty_cards().notes for id in note.card_ids}
        blank = {(card.guid, card.ordinal) for card in self.cards() if card.id in empty}
        for guid, ordinal, template, question, answer in sides:
            place = f"{guid}/{ordinal} ({template})"
            if (guid, ordinal) in blank:
                yield f"{place}: the front is empty"
            elif COMPLAINT in answer:
                yield f"{place}: " + unescape(re.sub("<.*?>", " ", answer))
            elif braces := re.search(r"\{\{.{,30}", f"{question}\n{answer}"):
                yield f"{place}: braces are left over: {braces[0]}"

    def _bad_media(self, sides: list[Sides]) -> Iterator[str]:
        """Anki itself looks at fields only: not into templates, nor for unused names with `_`."""
        media = self.collection.media
        check, files, used, kinds = media.check(), set(self.media()), set[str](), {}
        for guid, mid, fields in self._query("select guid, mid, flds from notes"):
            used.update(media.files_in_str(mid, fields))
            kinds[guid] = mid
        used.update(*map(self._static_media, set(kinds.values())))
        for guid, _, _, question, answer in sides:
            used.update(media.files_in_str(kinds[guid], question + answer))
        missing = {name for name in used - files if not name.startswith("data:")}
        unused = {name for name in files - used if name.startswith("_")}
        yield from (f"{name}: media used but missing" for name in sorted(missing.union(check.missing)))
        yield from (f"{name}: media there but not used" for name in sorted(unused.union(check.unused)))

    def _static_media(self, mid: NotetypeId) -> Iterable[str]:
        if VERSION >= (23, 10):
            return self.collection.media.extract_static_media_files(mid)
        kind = self.collection.models.get(mid)
        assert kind is not None
        text = "".join([kind["css"], *(part[side] for part in kind["tmpls"] for side in ("qfmt", "afmt"))])
        return re.findall(r"""(?:url\(["']?|src=["']?)(_[^"')> ]+)""", text)

    # Where it is kept

    @contextmanager
    def _copy(self) -> Iterator["Anki"]:
        media = Path(self.collection.media.dir())
        with TemporaryDirectory() as folder:
            self.close()  # an open collection is locked, and partly in the log beside its file
            shutil.copy(self.path, folder)
            shutil.copytree(media, Path(folder) / media.name)
            self.collection.reopen()
            with Anki(Path(folder)) as copy:
                yield copy

    def _query(self, sql: str) -> list[Any]:
        assert self.collection.db is not None
        return list(self.collection.db.all(sql))

    def _guids(self) -> dict[NoteId, str]:
        return {NoteId(id): guid for id, guid in self._query("select id, guid from notes order by id")}

    def _id(self, guid: str) -> NoteId:
        return {known: id for id, known in self._guids().items()}[guid]

    def _card(self, guid: str, ordinal: int) -> Card:
        return {card.ord: card for card in self.collection.get_note(self._id(guid)).cards()}[ordinal]


@cache
def _empty() -> bytes:
    """The collection that Anki makes in a fresh folder; to make it anew for every learner takes most of a short test."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "collection.anki2"
        anki.collection.Collection(str(path)).close()
        return path.read_bytes()


def _names(parts: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(part["name"] for part in parts)


def _guids_in(package: Path) -> dict[NoteId, str]:
    """The guids of a package by note id; an empty collection takes over both as they are."""
    with TemporaryDirectory() as folder, Anki(Path(folder)) as empty:
        empty.imports(package)
        return empty._guids()


def _newest_in(package: Path) -> int:
    """The newest time of a note in the package: that of its build, unless that changed no note."""
    with TemporaryDirectory() as folder, ZipFile(package) as archive:
        database = archive.extract("collection.anki2", folder)
        with closing(sqlite3.connect(database)) as db:
            return int(db.execute("select max(mod) from notes").fetchone()[0])
