"""Editions that went out, and what they hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from deckbuilder.core.diagnostics import Fault
from deckbuilder.verbs import release as releases
from deckbuilder.verbs.release import Released
from support.author import Author
from support.repository import git


def commit(author: Author) -> None:
    author.build()
    git(author, "add", "-A")
    git(author, "commit", "-q", "--allow-empty", "-m", "kept")


def release(author: Author, edition: str, *, allow: bool = False) -> Released:
    author.now += 60
    report = releases.release(author.project, author.dist, edition, author.now, allow_schema_change=allow)
    assert report.released is not None, "\n".join(map(str, report.diagnostics))
    return report.released


def published(author: Author, edition: str) -> Released:
    """Committed, released, committed."""
    commit(author)
    done = release(author, edition)
    git(author, "commit", "-q", "--allow-empty", "-am", f"release {edition}")
    return done


def refused(author: Author, edition: str) -> Fault:
    before = author.state() | {"deck.yaml": author.read("cards/deck.yaml").encode()}
    with pytest.raises(Fault) as fault:
        release(author, edition)
    assert author.state() | {"deck.yaml": author.read("cards/deck.yaml").encode()} == before
    assert fault.value.help
    return fault.value


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
