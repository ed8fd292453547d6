"""What was made before, so that it is not made again: plain values by what they were made of, in one file of the user's.

A key is a digest of all that a value was made of, and of deckbuilder's own code: what is found is what would be made. The
file may be deleted at any time. Where it is missing, damaged, locked or on a full disk, nothing is found or kept, in
silence. Values are JSON with a digest of their own, so that nothing from the file is ever run, and no broken byte is used.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3

FILE = "made-1.sqlite"  # with other tables it will have another number
MAX_BYTES = 512 * 1024 * 1024
_PAGE = 8192
# So much waits before it is written in one go.
_WAITING = 4 * 1024 * 1024
# A value counts as used lately for so many runs: to note every use would be a write for every reading.
_LATELY = 4
_DIGEST = 16
_TABLES = (
    "CREATE TABLE IF NOT EXISTS made (key BLOB PRIMARY KEY, value BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS used (key BLOB PRIMARY KEY, run INTEGER NOT NULL) WITHOUT ROWID",
)


class Cache:
    """Values that were kept in a folder; without a folder nothing is kept, and nothing found."""

    def __init__(self, folder: Path | None = None, most: int = MAX_BYTES) -> None:
        self._folder, self._most = folder, most
        self._turn = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._closed = folder is None
        self._waiting: dict[bytes, bytes] = {}
        self._size = 0
        self._run = 0
        self._again: set[bytes] = set()

    def __bool__(self) -> bool:
        """Whether anything may be found or kept."""
        return not self._closed

    def key(self, *made_of: str | bytes) -> bytes:
        """What a value is kept under that was made of these, by deckbuilder as it is now."""
        return digest(code(), *made_of)

    def get(self, key: bytes) -> Any:
        """What was kept under a key, None where there is nothing or it cannot be had."""
        if self._closed:
            return None
        with self._turn:
            kept = self._waiting.get(key) or self._read(key)
        if kept is None or kept[:_DIGEST] != digest(key, kept[_DIGEST:]):
            return None
        return json.loads(kept[_DIGEST:])

    def put(self, key: bytes, value: Any) -> None:
        """Keep a value of texts, numbers, lists and mappings of texts."""
        if self._closed:
            return
        said = json.dumps(value, separators=(",", ":")).encode()
        with self._turn:
            self._waiting[key] = digest(key, said) + said
            self._size += len(said)
            if self._size > _WAITING:
                self._write()

    def flush(self) -> None:
        """Write what waits."""
        if not self._closed:
            with self._turn:
                self._write()

    def _read(self, key: bytes) -> bytes | None:
        connection = self._opened()
        if connection is None:
            return None
        try:
            found = connection.execute(
                "SELECT value, run FROM made LEFT JOIN used USING (key) WHERE key = ?", (key,)
            ).fetchone()
        except _errors() as error:
            self._give_up(error)
            return None
        if found is None or not isinstance(found[0], bytes):
            return None
        if not isinstance(found[1], int) or found[1] + _LATELY < self._run:
            self._again.add(key)
        return found[0]

    def _write(self) -> None:
        waiting, again = self._waiting, self._again
        self._waiting, self._again, self._size = {}, set(), 0
        if not waiting and not again:
            return
        connection = self._opened()
        if connection is None:
            return
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("REPLACE INTO used VALUES (?, ?)", [(key, self._run) for key in (*waiting, *again)])
            self._make_room(connection, sum(map(len, waiting.values())))
            connection.executemany("REPLACE INTO made VALUES (?, ?)", waiting.items())
            connection.execute("COMMIT")
        except _errors() as error:
            with suppress(*_errors()):
                connection.rollback()
            self._give_up(error)

    def _make_room(self, connection: sqlite3.Connection, wanted: int) -> None:
        """What was not used for longest goes, where the file would grow too large."""
        (pages,), (free,) = (
            connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "freelist_count")
        )
        excess = (pages - free) * _PAGE + wanted * 5 // 4 - self._most
        if excess <= 0:
            return
        gone, excess = [], excess + self._most // 4
        ages = "SELECT key, length(value) FROM made LEFT JOIN used USING (key) ORDER BY run"
        for key, size in connection.execute(ages):
            if excess <= 0:
                break
            gone.append((key,))
            excess -= size
        for table in ("made", "used"):
            connection.executemany(f"DELETE FROM {table} WHERE key = ?", gone)

    def _opened(self) -> sqlite3.Connection | None:
        if self._connection is None and self._folder is not None and not self._closed:
            try:
                self._connection = self._open(self._folder)
            except _errors() as error:
                self._give_up(error)
        return self._connection

    def _open(self, folder: Path) -> sqlite3.Connection | None:
        import sqlite3

        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not ours(folder):
            self._closed = True
            return None
        connection = sqlite3.connect(folder / FILE, timeout=0.5, isolation_level=None, check_same_thread=False)
        connection.execute(f"PRAGMA page_size={_PAGE}")
        # What is lost with the power is made again; a page that was half written has a wrong digest.
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(f"PRAGMA max_page_count={2 * self._most // _PAGE}")
        for table in _TABLES:
            connection.execute(table)
        (run,) = connection.execute("SELECT max(run) FROM used").fetchone()
        self._run = (run if isinstance(run, int) else 0) + 1
        return connection

    def _give_up(self, error: Exception) -> None:
        """No more of it in this run; a file that is no database, or a broken one, makes way for the next."""
        import sqlite3

        self._closed = True
        self._waiting.clear()
        if self._connection is not None:
            with suppress(*_errors()):
                self._connection.close()
        self._connection = None
        if self._folder is not None and type(error) in (sqlite3.DatabaseError, UnicodeDecodeError):
            with suppress(OSError):
                (self._folder / FILE).unlink()


NOTHING = Cache()


def digest(*parts: str | bytes) -> bytes:
    """Of texts and bytes, of which each is known from its neighbors."""
    found = blake2b(digest_size=_DIGEST)
    for part in parts:
        said = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        found.update(len(said).to_bytes(8, "big"))
        found.update(said)
    return found.digest()


def of_folder(folder: Path) -> list[bytes]:
    """Digests of every file below a folder, with its path."""
    return [digest(*each) for each in _files(folder)]


@lru_cache(maxsize=1)
def code() -> bytes:
    """Of all that decides what is made of the same cards: our own modules and words, Python, and what else is installed."""
    files = _files(Path(__file__).parents[1], (".py", ".yaml"), aside=("shipped", "__pycache__"))
    own = [part for each in files for part in each]
    return digest(sys.version, *_installed(), *own)


def _files(root: Path, endings: tuple[str, ...] = ("",), aside: tuple[str, ...] = ()) -> Iterator[tuple[str, bytes]]:
    """The files below a folder, but for the folders aside: path and bytes of each.

    Every run reads some hundred of them, and a `Path` for each would take as long again.
    """
    start = len(str(root))
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in aside)
        for name in sorted(names):
            path = f"{folder}{os.sep}{name}"
            if name.endswith(endings) and os.path.isfile(path):  # noqa: PTH113
                with open(path, "rb", buffering=0) as file:  # noqa: PTH123
                    yield path[start:], file.read()


def _installed() -> list[str]:
    """Names and versions of what may be imported, as its folders are called."""
    found = []
    for folder in filter(None, sys.path):
        with suppress(OSError), os.scandir(folder) as entries:
            found += sorted(each.name for each in entries if each.name.endswith((".dist-info", ".egg-info")))
    return found


def ours(folder: Path) -> bool:
    """Whether nobody else can put anything into the folder. Windows gives each user a cache of their own."""
    if sys.platform == "win32":
        return True
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022


@lru_cache(maxsize=1)
def _errors() -> tuple[type[Exception], ...]:
    import sqlite3  # which most of what imports this module does without

    # The last two are what a broken file can make of SQLite's own words and sizes.
    return sqlite3.Error, OSError, ValueError, MemoryError
