"""`deckbuilder new`"""

from __future__ import annotations

import json
import os
import re
import secrets
import shlex
import time
import unicodedata
from pathlib import Path
from string import Template

import click

from deckbuilder.cli import too_late
from deckbuilder.cli.common import fail
from deckbuilder.core import letters
from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.project import find
from deckbuilder.core.transaction import write_text, writing
from deckbuilder.records import NOTE_KINDS
from deckbuilder.verbs.editors import vscode

STARTER = Path(__file__).parents[1] / "starter"
MAX_SLUG = 60


@click.command("new")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", help="The deck's name in Anki. Default: made from the folder's name.")
def command(folder: Path, name: str | None) -> None:
    """Make a starter project: a few commented cards that build at once, and settings for editors.

    The ids, the namespace and the prefix in it are new, so that two decks never share a note or a note type in a
    learner's collection, even if their authors gave them the same name.

    \b
    Example:
      deckbuilder new shoulder-deck --name "Shoulder Anatomy"
    """
    title = letters.composed(name or called(folder.resolve().name))
    if folder.exists() and any(folder.iterdir()):
        fail(Fault(f"{folder} is not empty", "name a new folder"))
    if "::" in title or '"' in title or title != title.strip() or _unseen(title):
        fail(Fault(f"'{title}' cannot name a deck", "leave out `::`, quotes, outer spaces and what cannot be seen"))
    _fill(folder, _values(title))
    click.echo(
        f"{folder}: a starter deck. Next:\n  cd {in_shell(str(folder))}\n  deckbuilder build\nThen edit cards/, and build again."
    )


def _values(title: str) -> dict[str, str]:
    """What stands in the starter's files, for a deck of this name."""
    slug, token = slug_of(title), secrets.token_hex(2)
    # Numbers as Anki's are, milliseconds of the last three years: the clock alone is the same for two who begin at once.
    base = int(time.time() * 1000) - secrets.randbelow(100_000_000_000)
    # An id that YAML takes for a number or the like would have to be quoted wherever it stands.
    id = slug if slug[:1].isalpha() and slug not in ("null", "true", "false") else f"deck-{slug or token}"
    return {
        "slug": id,
        "title": json.dumps(title, ensure_ascii=False),
        "heading": in_markdown(title),
        "root": in_yaml(letters.level(title) or "Deck"),
        "prefix": ("".join(word[0] for word in slug.split("-") if word).upper()[:4] or "DECK") + f"-{token}",
        "edition": time.strftime("%Y-%m"),
        "month": time.strftime("%Y-%m"),
        "namespace": f"{id}-{secrets.token_hex(4)}",
        "deck_id": str(base),
        "facts_id": str(base + 1),
        "exam_id": str(base + 2),
        "ids": "\n".join(f"    {kind}: {base + 100 + place}" for place, kind in enumerate(NOTE_KINDS)),
        "kinds": ", ".join(kind for kind in NOTE_KINDS if kind != "question"),
    }


def called(name: str) -> str:
    """What a deck in a folder of this name is called: its words, with capitals."""
    words = re.split(r"[_-]+", letters.level(name))
    return " ".join(word[:1].upper() + word[1:] for word in words if word) or "Deck"


def slug_of(title: str) -> str:
    """A title as an id: 'Übung 2' becomes 'ubung-2'. '' where it has no letter of A to Z and no digit."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", title.lower()) if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_SLUG].strip("-")


def _unseen(text: str) -> bool:
    return any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text)


def in_markdown(text: str) -> str:
    """The text as a heading shows it, whatever signs are in it."""
    return re.sub(r"([\\`*_\[\]<>#|~&!])", r"\\\1", text)


def in_yaml(text: str) -> str:
    """The text as a value that YAML takes for text."""
    plain = re.fullmatch(r"[^\W\d][\w-]*", text) and text.lower() not in ("null", "true", "false")
    return text if plain else json.dumps(text, ensure_ascii=False)


def in_shell(text: str) -> str:
    """The text as one word to the shell that people have."""
    return shlex.quote(text) if os.name == "posix" else f'"{text}"' if re.search(r"[^\w.\\/:-]", text) else text


def _fill(folder: Path, values: dict[str, str]) -> None:
    """Made aside and moved into place, so that an interruption leaves no half project."""
    target = folder.resolve()
    with writing(str(folder), kept="choose another folder, if need be") as transaction:
        aside = transaction.aside(target, at=target.with_name(f".{target.name}.part"))
        for path in sorted(STARTER.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                made = aside / path.relative_to(STARTER).as_posix().replace("dot-", ".")
                made.parent.mkdir(parents=True, exist_ok=True)
                write_text(made, Template(path.read_text("utf-8")).substitute(values))
        vscode.bring(find(aside))
        transaction.commit(too_late)
