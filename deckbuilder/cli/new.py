"""`deckbuilder new`"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from pathlib import Path
from string import Template

import click

from deckbuilder.cli import too_late
from deckbuilder.cli.common import fail
from deckbuilder.diagnostics import Fault
from deckbuilder.editors import vscode
from deckbuilder.package import place
from deckbuilder.project import find
from deckbuilder.records import NOTE_KINDS

STARTER = Path(__file__).parents[1] / "starter"


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
    slug = re.sub(r"[^a-z0-9]+", "-", (name or folder.resolve().name).lower()).strip("-") or "deck"
    title = name or slug.replace("-", " ").title()
    if folder.exists() and any(folder.iterdir()):
        fail(Fault(f"{folder} is not empty", "name a new folder"))
    if "::" in title or '"' in title or title != title.strip():
        fail(Fault(f"'{title}' cannot name a deck", "leave out `::`, quotes and outer spaces"))
    # Numbers as Anki's are, milliseconds of the last three years: the clock alone is the same for two who begin at once.
    base = int(time.time() * 1000) - secrets.randbelow(100_000_000_000)
    values = {
        "slug": slug,
        "title": json.dumps(title, ensure_ascii=False),
        "prefix": "".join(word[0] for word in re.findall(r"[A-Za-z0-9]+", title)).upper()[:4]
        + f"-{secrets.token_hex(2)}",
        "edition": time.strftime("%Y-%m"),
        "month": time.strftime("%Y-%m"),
        "namespace": f"{slug}-{secrets.token_hex(4)}",
        "deck_id": str(base),
        "facts_id": str(base + 1),
        "exam_id": str(base + 2),
        "ids": "\n".join(f"    {kind}: {base + 100 + place}" for place, kind in enumerate(NOTE_KINDS)),
        "kinds": ", ".join(kind for kind in NOTE_KINDS if kind != "question"),
    }
    try:
        _fill(folder, values)
    except OSError as error:
        fail(Fault(f"{folder} cannot be written ({error.strerror or error})", "choose another folder"))
    click.echo(
        f"{folder}: a starter deck. Next:\n  cd {folder}\n  deckbuilder build\nThen edit cards/, and build again."
    )


def _fill(folder: Path, values: dict[str, str]) -> None:
    """Made aside and moved into place, so that an interruption leaves no half project."""
    aside = folder.resolve().with_name(f".{folder.resolve().name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        for path in sorted(STARTER.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                name = path.relative_to(STARTER).as_posix().replace("dot-", ".")
                target = aside / name
                target.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(target, Template(path.read_text("utf-8")).substitute(values))
        vscode.update(find(aside))
        if folder.exists():
            folder.rmdir()
        place.move([(aside, folder.resolve())], too_late)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
