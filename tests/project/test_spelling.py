"""American spelling, which the exams use, in all that learners and authors read."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from support.author import ROOT, fill_starter

import deckbuilder
from deckbuilder.package import describe
from deckbuilder.records import Deck, Source
from deckbuilder.workspace import Workspace

READ = ("cards", "templates", "deckbuilder", "docs", "tests/example", "LICENSE-cards", "action.yml")
# Words that codespell's own dictionary of British words lacks.
MORE = "tests/support/british.txt"
# Those by which the reader understands British authors.
SKIP = "*.svg,*.webp,*.lock,*.json,*/__pycache__,./deckbuilder/reading/en.yaml,deckbuilder/reading/en.yaml"
NOT_OURS = "|".join(
    (
        r"^\s*(?:- )?(?:title|in|authors|publisher|url|read_at): .*",  # titles, journals and names are theirs who gave them
        r"https?://\S+",
        r"grey_opening",  # SciPy's
        r"cancelled_caught",  # AnyIO's
    )
)
# Americans write 16%, and 16 % only in another language.
SPACED = re.compile(r"\d[ \u00a0\u202f](?:<[^>]+>)?%")
# What an id, a key or a name in code is made of is looked at, too: `upper-fibers`, `normalized_to`.
PARTS = r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])"


def british(*paths: str, beside: Path = ROOT) -> list[str]:
    """Where British words stand, and what Americans write for them."""
    codespell = str(Path(sys.executable).with_name("codespell"))
    dictionaries = ("--builtin=en-GB_to_en-US", "--dictionary=-", f"--dictionary={ROOT / MORE}")
    command = (codespell, *dictionaries, f"--regex={PARTS}", f"--ignore-regex={NOT_OURS}", f"--skip={SKIP}", *paths)
    done = subprocess.run(command, cwd=beside, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return done.stdout.splitlines()


def test_what_people_read_is_spelled_as_in_the_exams() -> None:
    assert british(*READ, *(path.name for path in ROOT.glob("*.md"))) == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("why: Most fibres end in the tract.", True),
        ("muscle: upper-fibres", True),
        ("normalised_to: MVIC", True),
        ("name: Stabiliser", True),
        ("  title: Prevention programmes for hamstrings", False),
        ("  in: British Journal of Orthopaedics", False),
        ("why: Most fibers end in the tract.", False),
        ("why: An exercise raises it otherwise.", False),
    ],
)
def test_british_words_are_found_and_titles_left_alone(line: str, told: bool, tmp_path: Path) -> None:
    (tmp_path / "card.yaml").write_text(line + "\n", "utf-8")

    assert bool(british("card.yaml", beside=tmp_path)) is told


@pytest.mark.parametrize("which", ["shipped", "starter"])
def test_what_stands_on_cards_is_spelled_as_in_the_exams(which: str, tmp_path: Path) -> None:
    """With what templates and derived sentences add to the records, tags, and the deck's description."""
    if which == "starter":
        fill_starter(tmp_path / "starter")
    workspace = deckbuilder.open(ROOT if which == "shipped" else tmp_path / "starter")
    seen = tmp_path / "seen"
    seen.mkdir()

    for place, text in shown(workspace):
        (seen / f"{place.replace('/', '.')}.html").write_text(text, "utf-8")

    assert len(list(seen.iterdir())) > 10
    assert british("seen", beside=tmp_path) == []
    apart = {path.name: SPACED.findall(path.read_text("utf-8")) for path in seen.iterdir()}
    assert {name: found for name, found in apart.items() if found} == {}


def shown(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """Everything that a learner sees of a deck, without what its sources are called."""
    names = [
        name for source in workspace.library.of(Source) for name in (source.title, source.within, source.publisher)
    ]
    for note in workspace.notes:
        text = unescape("\n".join((*note.fields, *note.tags)))
        for name in filter(None, names):
            text = text.replace(name, "")
        yield note.key, text
    for kind, made in workspace.note_types.items():
        templates = (text for each in made.templates for text in (each.name, each.front, each.back))
        yield f"note-type-{kind}", "\n".join((made.name, *made.names, *templates))
    (deck,) = workspace.library.of(Deck)
    specs = describe.decks(deck, "2000-01", list(workspace.notes))
    yield "about", describe.page(deck, "2000-01", list(workspace.notes), workspace.note_types)
    yield "description", "\n".join(f"{each.name}\n{each.description}" for each in specs.values())
