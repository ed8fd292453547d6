"""A package opened up: the rows in it, and copies that are broken on purpose to prove that a test can fail."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

COLLECTION = "collection.anki2"
Json = dict[str, Any]


def rows(package: Path, sql: str) -> list[tuple[Any, ...]]:
    """What a query of the package's collection gives."""
    with _collection(package) as database, closing(sqlite3.connect(database)) as db:
        return db.execute(sql).fetchall()


def note_types(package: Path) -> dict[str, Json]:
    """The note types by name, as they are written."""
    return {each["name"]: each for each in json.loads(rows(package, "select models from col")[0][0]).values()}


def decks(package: Path) -> dict[str, Json]:
    """The decks by name, as they are written."""
    return {each["name"]: each for each in json.loads(rows(package, "select decks from col")[0][0]).values()}


def media(package: Path) -> dict[str, bytes]:
    """The media files by name."""
    with zipfile.ZipFile(package) as archive:
        return {name: archive.read(member) for member, name in json.loads(archive.read("media")).items()}


def broken(
    package: Path,
    sql: str = "",
    note_type: Callable[[Json], object] = lambda _: None,
    media: Mapping[str, bytes] = MappingProxyType({}),
) -> Path:
    """A copy beside the package: some SQL run on it, every note type put through a function, media with other bytes.

    The next one of the same package takes its place.
    """
    copy = package.with_name(f"broken-{package.name}")
    with _collection(package) as database:
        with closing(sqlite3.connect(database)) as db:
            db.executescript(sql)
            found = json.loads(db.execute("select models from col").fetchone()[0])
            for each in found.values():
                note_type(each)
            db.execute("update col set models = ?", (json.dumps(found),))
            db.commit()
        with zipfile.ZipFile(package) as archive, zipfile.ZipFile(copy, "w") as target:
            target.write(database, COLLECTION)
            names = json.loads(archive.read("media"))
            for member in archive.namelist():
                if member != COLLECTION:
                    target.writestr(member, media.get(names.get(member, ""), archive.read(member)))
    return copy


@contextmanager
def _collection(package: Path) -> Iterator[Path]:
    with TemporaryDirectory() as folder, zipfile.ZipFile(package) as archive:
        yield Path(archive.extract(COLLECTION, folder))
