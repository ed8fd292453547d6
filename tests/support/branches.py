"""Two branches of a deck, edited, released and merged by git alone."""

from __future__ import annotations

import copy
import random
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from deckbuilder.anki.notes import VERSION
from deckbuilder.cli import cli
from support.author import Author
from support.edits import ANCONEUS
from support.judge import Anki
from support.published import commit, published
from support.repository import git

BICEPS, BRACHIALIS, TRICEPS = (
    f"cards/muscles/{name}.yaml" for name in ("biceps-brachii", "brachialis", "triceps-brachii")
)


DECK, LOCK = "cards/deck.yaml", "cards/deck.lock"


def run(author: Author, verb: str, *arguments: str, epoch: str = "") -> Result:
    environment = {"SOURCE_DATE_EPOCH": epoch or f"{author.now + 60}"}
    return CliRunner().invoke(cli, [verb, "--project", str(author.root), *arguments], env=environment)


def reworded(author: Author, text: str, file: str = BICEPS) -> None:
    """Another text on a card, whatever it said before."""
    lines = [line for line in author.read(file).splitlines() if not line.startswith("why:")]
    author.write(file, "\n".join([*lines, f"why: {text}", ""]))


def adds(name: str) -> Callable[[Author], None]:
    def add(author: Author) -> None:
        author.write(f"cards/muscles/{name}.yaml", ANCONEUS.replace("anconeus", name).replace("Anconeus", name.title()))

    return add


def rewords(file: str, text: str) -> Callable[[Author], None]:
    return lambda author: reworded(author, text, file)


def verb(*arguments: str) -> Callable[[Author], None]:
    def does(author: Author) -> None:
        done = run(author, *arguments)
        assert done.exit_code == 0, done.output

    return does


def clone(of: Author, root: Path) -> Author:
    subprocess.run(["git", "clone", "-q", "--template=", str(of.root), str(root)], check=True)
    author = copy.copy(of)
    author.root = root
    return author


def merge(ours: Author, theirs: Author) -> None:
    """Theirs into ours, by git alone."""
    git(ours, "pull", "-q", "--no-rebase", "--no-edit", str(theirs.root), "main")
    ours.now = max(ours.now, theirs.now)


def says(anki: Anki) -> tuple[dict[str, Any], dict[str, str]]:
    """All that a learner reads, but for the edition."""
    notes = {
        guid: ({name: text for name, text in note.fields.items() if name != VERSION}, note.tags)
        for guid, note in anki.notes().items()
    }
    return notes, {name: kind.css for name, kind in anki.notetypes().items()}


def settle(ours: Author, theirs: Author, anki: Anki, folder: Path) -> None:
    """What both sides built was imported and studied; then they merge, and the learner has the whole of the merge."""
    packages = [author.build().path for author in (ours, theirs)]
    guids = {entry.guid for author in (ours, theirs) for entry in author.lock.notes.values()}
    editions = {*ours.lock.releases, *theirs.lock.releases}
    for author, package in zip((ours, theirs), packages, strict=True):
        commit(author)
        anki.imports(package)
    for guid in anki.notes():
        anki.review(guid)
    before = anki.schedule()

    merge(ours, theirs)
    built = ours.build()
    found = anki.imports(built.path)

    assert {entry.guid for entry in ours.lock.notes.values()} == guids
    assert len(ours.lock.notes) == len(guids)
    assert {*ours.lock.releases} == editions
    assert (found.new, found.conflicting) == ((), ())
    assert anki.schedule() == before
    with Anki(folder / "fresh") as fresh:
        fresh.imports(built.path)
        assert says(fresh) == says(anki)
    text = ours.read(LOCK)
    assert ours.build(locked=True).changes.changed == ()
    assert ours.read(LOCK) == text


def branch_again_and_again(author: Author, anki: Anki, folder: Path, dice: random.Random, turns: int) -> None:
    """On each of two branches some edits, built and committed now and then; the next turn starts from the merge."""
    anki.imports(published(author, "2026-11").folder / "arm-2026-11.apkg")
    for turn in range(turns):
        theirs = clone(author, folder / f"theirs-{turn}")
        for side, each in enumerate((author, theirs)):
            mine = [path.stem for path in sorted(each.root.glob("cards/muscles/*.yaml"))][side::2]
            for step in range(dice.randint(1, 4)):
                file = f"cards/muscles/{dice.choice(mine)}.yaml"
                id = each.read(file).split("muscle: ")[1].split()[0]
                name = f"{dice.choice('amz')}{side}-{turn}-{step}"
                act = dice.choice([adds(name), rewords(file, name), verb("rename", id, f"{name}-new")])
                act(each)
                if dice.random() < 0.6:
                    each.build()
                    commit(each)
        settle(author, theirs, anki, folder / f"{turn}")
        commit(author)
        if dice.random() < 0.5:
            published(author, f"2027-0{turn + 1}")


def run_merges(count: int, seed: int) -> tuple[str, list[str]]:
    """For `make torture`: so many decks that are branched and merged three times; the figures, and what was lost."""
    losses = []
    for each in range(seed, seed + count):
        with tempfile.TemporaryDirectory() as folder, Anki(Path(folder, "learner")) as anki:
            author = Author(Path(folder, "project"))
            git(author, "init", "-q", "--template=", "-b", "main")
            commit(author)
            try:
                branch_again_and_again(author, anki, Path(folder), random.Random(each), turns=3)
            except (AssertionError, subprocess.CalledProcessError) as loss:
                losses.append(f"merges, seed {each}: {loss!r}")
    return f"{count} decks, each branched and merged 3 times by git alone", losses
