"""Our part of the contest, each in a process of its own.

`dump PROJECT DIR` leaves what the others are handed: `ready.json` for genanki scripts, `notes.pickle` for our
writer, `rows.pickle` for plain sqlite3, all of the same notes.
`write DIR OUT [DECKS]` times `package.writer.write` alone, on ready notes.
`hashed PROJECT` reads and hashes the source cards, and nothing else.
`anki PACKAGE OUT` imports a package into an empty collection and has Anki export it, in both of its formats.

What a process measured of itself goes to standard output as one line of JSON.
"""

from __future__ import annotations

import gc
import hashlib
import json
import pickle
import resource
import sqlite3
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

NOW = 1_790_000_000


def dump(project: str, folder: str) -> None:
    """The notes that `build` makes of a project, as strings, as notes and as rows."""
    from deckbuilder import lock, records, source
    from deckbuilder.anatomy.library import Library
    from deckbuilder.core.project import find
    from deckbuilder.package import describe, writer
    from deckbuilder.render import render

    where, into = find(Path(project)), Path(folder)
    documents, _ = source.read(where.sources(), where.root)
    rendered, faults = render(Library(records.parse(documents)[0]), where)
    if rendered is None or faults:
        raise SystemExit("\n".join(map(str, faults)))
    deck, notes, types = rendered.deck, rendered.notes, rendered.note_types
    after, _ = lock.advance(lock.Lock(), deck.namespace, notes, types, deck.edition, NOW)
    decks = describe.decks(deck, deck.edition, notes)
    about = {"deck": deck.id, "edition": deck.edition}
    with (into / "notes.pickle").open("wb") as file:
        pickle.dump((notes, types, after, decks, about), file, pickle.HIGHEST_PROTOCOL)
    writer.write(into / "ready.apkg", notes, types, after, decks, about)
    with (into / "rows.pickle").open("wb") as file:
        pickle.dump(_rows(into / "ready.apkg"), file, pickle.HIGHEST_PROTOCOL)
    guids = {key: entry.guid for key, entry in after.notes.items()}
    ready = {
        "types": {kind: asdict(each) for kind, each in types.items()},
        "decks": {id: asdict(each) for id, each in decks.items()},
        "notes": [[each.kind, each.decks[0], guids[each.key], each.fields, each.tags] for each in notes],
    }
    (into / "ready.json").write_text(json.dumps(ready, ensure_ascii=False), "utf-8")
    cards = sum(len(note.ordinals) for note in notes)
    tags = sum(len(note.tags) for note in notes)
    print(json.dumps({"notes": len(notes), "cards": cards, "tags": tags, "records": len(documents)}))


def write(folder: str, out: str, decks: str = "1") -> None:
    """Our writer, spreading the notes over a number of decks where one is given."""
    from deckbuilder.anki.notes import DeckSpec
    from deckbuilder.package import writer

    with (Path(folder) / "notes.pickle").open("rb") as file:
        notes, types, lock, specs, about = pickle.load(file)
    if (many := int(decks)) > 1:
        spread = {str(at): DeckSpec(at + 1, f"All::{at}", "") for at in range(1, many + 1)}
        specs = {"": specs[""]} | spread
        notes = [replace(note, deck=str(at % many + 1)) for at, note in enumerate(notes)]
    timed(lambda: writer.write(Path(out), notes, types, lock, specs, about))


def hashed(project: str) -> None:
    """Every source card read and hashed: less no program can do that looks at what changed."""
    folder = Path(project)
    timed(lambda: [hashlib.sha256(path.read_bytes()).digest() for path in sorted(folder.rglob("*.yaml"))])


def anki(package: str, out: str) -> None:
    """What Anki itself exports for these notes: the sizes of its new and its old format."""
    from anki.collection import (
        Collection,
        DeckIdLimit,
        ExportAnkiPackageOptions,
        ImportAnkiPackageOptions,
        ImportAnkiPackageRequest,
    )
    from anki.decks import DeckId

    sizes: dict[str, float] = {"ours": Path(package).stat().st_size}
    with tempfile.TemporaryDirectory() as folder:
        collection = Collection(f"{folder}/collection.anki2")
        request = ImportAnkiPackageRequest(package_path=package, options=ImportAnkiPackageOptions())
        collection.import_anki_package(request)
        decks = collection.decks.all_names_and_ids()
        top = next(each for each in decks if "::" not in each.name and each.id != 1)
        for name, legacy in (("new", False), ("legacy", True)):
            target = f"{out}.{name}.apkg"
            options = ExportAnkiPackageOptions(
                with_scheduling=False, with_deck_configs=False, with_media=True, legacy=legacy
            )
            sizes["notes"] = collection.export_anki_package(
                out_path=target, options=options, limit=DeckIdLimit(DeckId(top.id))
            )
            sizes[name] = Path(target).stat().st_size
        collection.close()
    print(json.dumps(sizes))


def timed(work: Callable[[], object]) -> None:
    """Report the CPU seconds of `work`, and by how many MB it raised the process's peak.

    The garbage collector is off, as in `build`: notes that wait in memory would slow every allocation.
    """
    gc.collect()
    gc.disable()
    peak, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    work()
    own = time.process_time() - start
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak
    print(json.dumps({"own": own, "grown": grown / 1024}))


def _rows(package: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of a package's tables, as `executemany` takes them."""
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(package) as archive:
            path = archive.extract("collection.anki2", folder)
        with closing(sqlite3.connect(path)) as db:
            tables = ("col", "notes", "cards")
            return {table: db.execute(f"SELECT * FROM {table}").fetchall() for table in tables}


def main(verbs: Sequence[Callable[..., None]]) -> None:
    """Call the function that the command line names, with its other arguments."""
    {each.__name__: each for each in verbs}[sys.argv[1]](*sys.argv[2:])


if __name__ == "__main__":
    main((dump, write, hashed, anki))
