"""A collection of Anki's as SQLite, protobuf and JSON hold it, whoever made it: what is read of it has limits.

SQLite may only read plain tables, each column of its type. Whatever hostile or broken input sets off is told in one sentence.
"""

import errno
import json
import re
import sqlite3
import struct
import sys
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import repeat
from pathlib import Path
from typing import Any

from deckbuilder.core.patterns import regex

MIB = 1 << 20
MAX_DATABASE = 1024 * MIB  # the collection unpacked, and again the text of all notes, which pass by one at a time
MAX_TABLE = 64 * MIB  # the text of any other table, which stays in memory
MAX_PIECE = 32 * MIB  # a media map, a manifest, a cell of a table, a zip's table of contents
MAX_MEMBERS = 200_000  # of the zip or the media map
MAX_ROWS = 2_000_000  # of one table
MAX_PARTS = 200_000  # decks, note types, and all fields and templates of these
MAX_VALUES = 3_000_000  # of one JSON text: each may take twenty times its own length
MAX_STEPS = 200_000_000  # of SQLite's machine in one query; a million notes take some ten million
MAX_SCHEMA_STEPS = 50_000  # Anki's schema takes hundreds; SQLite's time for one grows with the square of its tables

EXPORT_AGAIN = "export it again from Anki, or ask its author for a fresh copy"
DAMAGED = f"not an Anki package, or damaged on its way: {EXPORT_AGAIN}"
CHECK_DATABASE = "run Tools > Check Database in Anki and export it again"
TOO_LARGE = "shrink it in Anki and export it again, or leave it alone if it is a stranger's"


_VARINT = regex(rb"[\x80-\xff]{0,9}[\x00-\x7f]")


class UnreadablePackage(Exception):
    """One sentence: the file, what is wrong with it, and what to do next."""


@contextmanager
def refusals(path: Path) -> Iterator[None]:
    """Whatever hostile or broken input sets off, as one sentence."""
    try:
        yield
        return
    except sqlite3.ProgrammingError:
        raise  # the package was closed already: the caller's fault, not the file's
    except UnreadablePackage as refusal:
        reason = str(refusal)
    except sqlite3.Error as error:
        reason = _of_sqlite(str(error))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        reason = DAMAGED
    except OSError as error:
        reason = f"cannot be read ({error.strerror or 'input error'}): check the path and the permissions"
        if error.errno == errno.EINVAL:  # a damaged zip sends `zipfile` to places before the file
            reason = DAMAGED
    except MemoryError:
        reason = f"it takes more memory than there is: {TOO_LARGE}"
    except ImportError:
        reason = "its layout is Anki's newest: run `pip install zstandard` to read it"
    except (ValueError, RecursionError):  # no JSON, UTF-8 or protobuf, or not as Anki shapes them
        reason = f"a part of it does not have the form that Anki writes: {EXPORT_AGAIN}"
    raise UnreadablePackage(f"{path}: {reason}") from None


def _of_sqlite(error: str) -> str:
    if error == "interrupted":
        return f"its collection takes far too long to read: {TOO_LARGE}"
    if "decode" in error:
        return f"its collection holds text that is not UTF-8: {CHECK_DATABASE}"
    return f"its collection is damaged, or not one of Anki's: {EXPORT_AGAIN}"


def connect(database: Path, stack: ExitStack) -> sqlite3.Connection:
    """A collection, read only, for the length of the stack. Refuses one with anything but tables in it."""
    db = sqlite3.connect(f"{database.as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)
    stack.callback(db.close)
    if sys.version_info >= (3, 11):
        db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_PIECE)
    db.create_collation("unicase", lambda a, b: (a.casefold() > b.casefold()) - (a.casefold() < b.casefold()))
    _bound(db, MAX_SCHEMA_STEPS)  # whatever is asked first reads the whole schema
    for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "query_only=ON", "temp_store=MEMORY"):
        db.execute(f"PRAGMA {pragma}")
    for (sql,) in rows(db, "sqlite_master", sql=object):  # its column `type` could lie
        if not re.match(r"None$|CREATE (TABLE|INDEX|UNIQUE INDEX) ", str(sql), re.IGNORECASE):
            raise UnreadablePackage(f"its collection has views or triggers, unlike Anki's: {EXPORT_AGAIN}")
    return db


def rows(db: sqlite3.Connection, table: str, **columns: type) -> Iterator[tuple[Any, ...]]:
    """The named columns, each of its type; NOT INDEXED makes the rows come in the order of their ids."""
    _check_columns(db, table, columns)
    return _typed(db, table, columns, "NOT INDEXED", ())


def rows_of(db: sqlite3.Connection, table: str, key: str, value: int, **columns: type) -> Iterator[tuple[Any, ...]]:
    """The same of those rows whose column `key` has this value, as Anki's own indexes find them."""
    _check_columns(db, table, (key, *columns))
    return _typed(db, table, columns, f"WHERE {key} = ?", (value,))


def _typed(
    db: sqlite3.Connection, table: str, columns: Mapping[str, type], where: str, values: Sequence[int]
) -> Iterator[tuple[Any, ...]]:
    _bound(db, MAX_SCHEMA_STEPS if table == "sqlite_master" else MAX_STEPS)
    most = MAX_ROWS if table in ("notes", "cards") else MAX_PARTS
    room = MAX_DATABASE if table == "notes" else MAX_TABLE
    text = 0
    for count, row in enumerate(db.execute(f"SELECT {', '.join(columns)} FROM {table} {where}", values)):
        if not all(map(isinstance, row, columns.values())):
            raise UnreadablePackage(f"its table {table!r} holds values of a wrong type: {CHECK_DATABASE}")
        lengths = [len(value) for value in row if isinstance(value, (str, bytes))]
        text += sum(lengths)
        if count == most or text > room or max(lengths, default=0) > MAX_PIECE:
            raise UnreadablePackage(f"its table {table!r} is larger than any of Anki's: {TOO_LARGE}")
        yield row


def _bound(db: sqlite3.Connection, steps: int) -> None:
    """From now on SQLite stops after so many steps."""
    left = repeat(False, steps // 10_000)
    db.set_progress_handler(lambda: next(left, True), 10_000)


def _check_columns(db: sqlite3.Connection, table: str, columns: Iterable[str]) -> None:
    """Refuses a table without these columns, or with some that are worked out when they are asked for."""
    generated = {row[1]: row[6] for row in db.execute(f"PRAGMA table_xinfo({table})")}
    if any(generated.get(column, True) for column in columns):
        raise UnreadablePackage(f"its table {table!r} lacks columns that Anki's has: {EXPORT_AGAIN}")


def mapping(raw: str | bytes) -> dict[str, Any]:
    """A mapping that stands as JSON."""
    raw = raw if isinstance(raw, bytes) else raw.encode()
    if sum(map(raw.count, (b"[", b"{", b","))) > MAX_VALUES:  # asked before: an empty list takes thirty bytes for two
        raise UnreadablePackage(f"a part of it holds more than {MAX_VALUES:,} values: {TOO_LARGE}")
    found = json.loads(raw.decode())
    json.dumps(found, ensure_ascii=False).encode()  # refuses half a surrogate pair, which no file could take
    if not isinstance(found, dict):
        raise ValueError
    return found


def get(found: Any, key: str, *kinds: type) -> Any:
    """What a mapping holds under a key; raises `ValueError` where it is of another type."""
    value = found.get(key) if isinstance(found, dict) else None
    if not isinstance(value, kinds):
        raise ValueError
    return value


def protobuf(message: bytes) -> tuple[dict[int, int], dict[int, list[bytes]]]:
    """The varints of a message, and its texts, blobs and messages, by field number. Numbers of fixed width are passed over."""
    numbers, pieces = dict[int, int](), defaultdict[int, list[bytes]](list)
    for field, wire, value in _fields(message):
        if wire == 0:
            numbers[field] = int(value)
        elif wire == 2:
            pieces[field].append(bytes(value))
    return numbers, pieces


def floats(message: bytes) -> dict[int, float]:
    """The single numbers of a message that have a fixed width of four bytes, by field number."""
    return {field: struct.unpack("<f", value)[0] for field, wire, value in _fields(message) if wire == 5}


def _fields(message: bytes) -> Iterator[tuple[int, int, Any]]:
    """Number, wire type and value of each field."""
    at = 0
    left = repeat(False, 2 * MAX_MEMBERS)
    while at < len(message):
        if next(left, True):  # so many fields are none of Anki's
            raise ValueError
        tag, at = _varint(message, at)
        wire = tag & 7
        value: Any = None
        if wire in (0, 2):
            value, at = _varint(message, at)
        if wire:
            size = {1: 8, 5: 4}.get(wire, value if wire == 2 else len(message) + 1)
            value, at = message[at : at + size], at + size
        if at > len(message):
            raise ValueError
        yield tag >> 3, wire, value


def _varint(message: bytes, at: int) -> tuple[int, int]:
    found = _VARINT.match(message, at)
    if found is None:
        raise ValueError
    return sum((byte & 0x7F) << 7 * place for place, byte in enumerate(found[0])), found.end()
