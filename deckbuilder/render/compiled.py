"""Compiled templates, kept in memory and in the user's cache folder: compiling them all is a fifth of a short build.

A template is known by its name, path and text, so an edited one is compiled anew. Where the folder cannot be written,
nothing is kept on disk and nothing is said.

What is kept is code that runs with nothing in its way. So only the shipped templates are kept, never a project's own, and
only in a folder that nobody else can write to.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from types import CodeType

import jinja2
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from deckbuilder.core.cache import ours


class Compiled(BytecodeCache):
    """For one environment, made by the module `made_by`: with other options the same text compiles differently."""

    def __init__(self, made_by: str, dialect: str = "") -> None:
        source = hashlib.sha256(Path(made_by).read_bytes()).hexdigest()
        self._dialect = f"{source} {dialect} {jinja2.__version__}"
        self._found: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._found.get((bucket.key, bucket.checksum))
        if bucket.code is None:
            with suppress(Exception), self._path(bucket).open("rb") as file:  # a damaged cache is no cache
                if not ours(_folder()):
                    return
                bucket.load_bytecode(file)  # checks version and checksum itself
                self._keep(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._keep(bucket)
        with suppress(OSError):
            path = self._path(bucket)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not ours(path.parent):
                return
            aside = path.with_suffix(f".{os.getpid()}")
            with aside.open("wb") as file:
                bucket.write_bytecode(file)
            aside.replace(path)

    def _keep(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._found[bucket.key, bucket.checksum] = bucket.code

    def _path(self, bucket: Bucket) -> Path:
        name = hashlib.sha256(f"{self._dialect} {bucket.key} {bucket.checksum}".encode()).hexdigest()[:32]
        return _folder() / name


@lru_cache(maxsize=1)
def _folder() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("deckbuilder", appauthor=False) / "templates"
