"""Media of any package: the names that Anki gives them, and whether they arrive, as `inspect` and `diff` say it."""

from __future__ import annotations

import html
import json
import random
import sqlite3
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import genanki
import pytest
from support.author import ROOT
from support.judge import VERSION, Anki

from deckbuilder.cli.common import as_json
from deckbuilder.cli.inspect_verb import _lines, _seen
from deckbuilder.diff import Difference, Effect, as_markdown, as_text, as_value, differences, for_learners
from deckbuilder.package.medianames import LONGEST, asked, kept
from deckbuilder.package.reader import open_package

KIND = genanki.Model(
    1_607_392_319,
    "Flags",
    fields=[{"name": "Q"}, {"name": "A"}],
    templates=[{"name": "C", "qfmt": "{{Q}}", "afmt": "{{A}}"}],
)
TIME = 1_700_000_000
Files = Sequence[tuple[str, bytes]]
Notes = Mapping[str, tuple[str, int]]


def packed(path: Path, notes: Notes, media: Files) -> Path:
    """A package of notes by guid, each with its text and time, and of files under names that nobody checks."""
    deck = genanki.Deck(2_059_400_110, "Flags")
    for guid, (text, _) in notes.items():
        deck.add_note(genanki.Note(KIND, [text, "Land"], guid=guid))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # genanki does not know all that a tag may look like
        genanki.Package(deck).write_to_file(path, timestamp=TIME)
    database = path.with_suffix(".db")
    with zipfile.ZipFile(path) as archive:
        database.write_bytes(archive.read("collection.anki2"))
    with closing(sqlite3.connect(database)) as db, db:
        db.executemany("update notes set mod = ? where guid = ?", [(mod, guid) for guid, (_, mod) in notes.items()])
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(database, "collection.anki2")
        archive.writestr("media", json.dumps({str(place): name for place, (name, _) in enumerate(media)}))
        for place, (_, content) in enumerate(media):
            archive.writestr(str(place), content)
    database.unlink()
    return path


def image(name: str) -> str:
    return f'<img src="{html.escape(name)}">'


def between(old: Path, new: Path) -> Difference:
    with open_package(old) as before, open_package(new) as after:
        return differences(before, after)


# Names

TAKEN = (
    "con.mp3", "aux.jpg", "nul", "COM1.txt", "com0.txt", "LPT9", "CON.tar.gz", "nul .svg", "CONIN$", "aux.", "c:b.mp3",
    "word .mp3 ", "word.mp3.", "a..", "...", ".. ", " ", "a. ", "images\\foo.jpg", "\\\\server\\x.jpg", "x\ty.svg",
    "\x1b[3J.svg", "\x7fz.svg", "\x9b4J.svg", "a[c].png", "a^d.png", 'a?f*c|d<e>f"g.png', "a\u00a0g.png", "a\u00a0",
    "a\u202eb.png", "e\u0301.png", "\u212b.png", "_a:b.css", "a.b.c\u3000", "\u05f9\u05f8\u0378!.png", "h\0b.png", "d/", "e/.",
    "x" * 200 + ".png", "\u00e9" * 100 + ".jpg", "y" * 130, "z" * 117 + ".\u00e9", "a." + "b" * 130, "v" * 118 + ". .",
    "w" * 110 + "." + "\u00e9" * 9,
)  # fmt: skip
REFUSED = ("", ".", "..", "../a.svg", "/etc/passwd", "a/b.svg", "./a.svg", "a/../b.svg", "//server/a.svg", "?")
LETTERS = '.. conauxCOM19 \\:?*<>|"[]^_-ab\u00e9e\u0301\u00a0\u3000\u202e\x1b\x7f\x9b\u05f8\U0001f44d'


def some_names() -> list[str]:
    chance = random.Random(1)
    made = ["".join(chance.choices(LETTERS, k=chance.choice((1, 3, 8, 40, 130)))) for _ in range(400)]
    return [name for name in made if kept(name) is not None]


def test_a_file_has_in_anki_the_name_that_is_foretold(anki: Anki, tmp_path: Path) -> None:
    names = {kept(name): name for name in (*TAKEN, *some_names())}
    assert None not in names and len(names) > 200
    notes = {str(place): (image(name), TIME) for place, name in enumerate(names.values())}

    anki.imports(packed(tmp_path / "a.apkg", notes, [(name, name.encode()) for name in names.values()]))

    assert anki.media() == {name: listed.encode() for name, listed in names.items()}


@pytest.mark.parametrize("name", REFUSED)
def test_a_name_for_which_anki_refuses_the_package_is_told(name: str, anki: Anki, tmp_path: Path) -> None:
    path = packed(tmp_path / "a.apkg", {"a": ("text", TIME)}, [("fine.svg", b"<svg/>"), (name, b"<svg/>")])
    plain = packed(tmp_path / "b.apkg", {"a": ("text", TIME)}, [("fine.svg", b"<svg/>")])

    if name == "?":  # nothing is left of it, which versions take in different ways, and none of them well
        assert kept(name) is None
        return
    with pytest.raises(Exception, match=r"valid|corrupt|error"):
        anki.imports(path)

    with open_package(path) as contents:
        said = "\n".join(_lines(path, _seen(path, contents), False))
    assert "Anki refuses the whole package because of this name" in said
    assert between(plain, path).effect == Effect.BLOCKED


def test_inspect_and_diff_name_what_anki_takes(tmp_path: Path) -> None:
    files = [(name, b"<svg/>") for name in {kept(name): name for name in TAKEN}.values()]
    path = packed(tmp_path / "a.apkg", {"a": ("".join(image(name) for name, _ in files), TIME)}, files)

    found = between(path, path)
    with open_package(path) as contents:
        media = contents.media
        seen = _seen(path, contents)
    lines = [line for line in _lines(path, seen, True) if line.startswith("Media")]

    assert found.package == () and found.effect == Effect.NOTHING
    assert [(each.name, each.kept) for each in media] == [(name, kept(name)) for name, _ in files]
    for line, (name, _) in zip(lines, files, strict=True):
        assert (f"Anki keeps it as {kept(name)}" in line) == (kept(name) != name), line
    assert json.loads(as_json(seen))["media"] == [{"name": name, "kept": kept(name), "size": 6} for name, _ in files]


def test_a_name_that_anki_keeps_leads_nowhere() -> None:
    for name in (*TAKEN, *some_names()):
        found = kept(name)

        assert found and Path(found).name == found and len(found.encode()) <= LONGEST + 1
        assert found[-1] not in ". " and not set('\\/:*?"<>|\0') & set(found)


def test_names_that_become_one_are_told(anki: Anki, tmp_path: Path) -> None:
    text = image("a:b.png") + image("ab.png")
    path = packed(tmp_path / "a.apkg", {"a": (text, TIME)}, [("a:b.png", b"one"), ("ab.png", b"two")])
    anki.imports(path)

    with open_package(path) as contents:
        said = [line for line in _lines(path, _seen(path, contents), False) if line.startswith("Media")]

    assert list(anki.media()) == ["ab.png"]
    assert all("Anki keeps one of them" in line for line in said) and len(said) == 2


# What a note asks for

ASKING = {
    '<img src="a.png">': "a.png",
    "<audio src=b.mp3>": "b.mp3",
    '<object data="d.pdf">': "d.pdf",
    '<IMG SRC="f.png">': "f.png",
    '<embed src="g.png">': "",
    '<img data-src="h.png">': "h.png",
    '<img src="i%20.png">': "",
    "[sound:j.mp3]": "j.mp3",
    "[Sound:k.mp3]": "",
    '<img src = "l.png">': "",
    '<img alt="x"\nsrc="m.png">': "m.png",
    "[sound:n&amp;.mp3]": "n&.mp3",
    '<img src="o&amp;.png">': "o&.png",
    "<img src='p.png' alt=\"q\">": "p.png",
    "<imgsrc='q.png'>": "",
    "<div style='background: url(r.png)'>": "",
    '<a href="s.png">': "",
    '<img src="t:.png">': "t.png",
} | ({'<img alt="u > v" src="u.png">': "u.png"} if VERSION >= (24, 11) else {})


def test_the_files_that_a_text_asks_for_are_those_that_anki_brings(anki: Anki, tmp_path: Path) -> None:
    names = [f"{letter}.{end}" for letter in "abcdefghijklmnopqrstu" for end in ("png", "mp3", "pdf")]
    names += ["n&.mp3", "o&.png", "t:.png", "i .png"]
    notes = {str(place): (text, TIME) for place, text in enumerate(ASKING)}

    anki.imports(packed(tmp_path / "a.apkg", notes, [(name, b"x") for name in names]))

    assert set(anki.media()) == {name for name in ASKING.values() if name}
    assert {text: "".join({*asked(text)} & {*names}) for text in ASKING} == ASKING


@pytest.mark.parametrize(
    "text", ["<img ", "<img src=", "<img src='", '<img alt=">', "[sound:", "src=\"'", "<img a='\">"]
)
def test_what_a_text_asks_for_is_found_in_time(text: str) -> None:
    command = f"from deckbuilder.package.medianames import asked; print(len(list(asked({text!r} * 300_000))))"

    done = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=30)

    assert done.returncode == 0, done.stderr


# What arrives

ONE, TWO = b"<svg>one</svg>", b"<svg>two</svg>"
# Which of two notes that show a file are newer in the second package, and the file's name.
NEWER = {"both": (1, 1), "one": (1, 0), "none": (0, 0)}


@pytest.mark.parametrize("name", ["flag.svg", "Flag.svg", "_flag.svg", "_Flag.svg", "f:lag.svg"])
@pytest.mark.parametrize("newer", NEWER)
def test_other_content_under_a_name_arrives_as_foretold(name: str, newer: str, anki: Anki, tmp_path: Path) -> None:
    notes = {"a": image(name), "b": image(name)}
    old = packed(tmp_path / "old.apkg", {guid: (text, TIME) for guid, text in notes.items()}, [(name, ONE)])
    times = dict(zip(notes, NEWER[newer], strict=True))
    later = {guid: (text, TIME + times[guid]) for guid, text in notes.items()}
    new = packed(tmp_path / "new.apkg", later, [(name, TWO)])

    anki.imports(old)
    anki.imports(new)
    (told,) = [each for each in between(old, new).package if each.what == "media"]

    shown = {guid: anki.media()[next(asked(note.fields["Q"]))] for guid, note in anki.notes().items()}
    keep = [guid for guid, content in shown.items() if content == ONE]
    said = "; ".join(told.said)
    if VERSION >= (26, 5) and "Anki 26.5 and newer" in said:
        assert not keep, "told as an exception, and it is one"
        return
    assert (told.effect == Effect.BLOCKED) == bool(keep)
    assert told.notes == (len(keep) or 2 if not name.startswith("_") else told.notes)
    assert ("never replaces" in said) == name.startswith("_")


@pytest.mark.parametrize(
    ("before", "after", "arrives"),
    [
        ("text", image("new.svg"), True),  # the note is newer
        (image("new.svg"), image("new.svg"), False),  # it was missing before, and nothing is newer
        ("text", "text", False),  # no note asks for it
    ],
)
def test_a_new_file_arrives_as_foretold(before: str, after: str, arrives: bool, anki: Anki, tmp_path: Path) -> None:
    old = packed(tmp_path / "old.apkg", {"a": (before, TIME)}, [])
    new = packed(tmp_path / "new.apkg", {"a": (after, TIME + (before != after))}, [("new.svg", TWO)])

    anki.imports(old)
    anki.imports(new)
    (told,) = [each for each in between(old, new).package if each.what == "media"]

    assert ("new.svg" in anki.media()) == arrives == (told.said == ("new",))
    assert (told.effect == Effect.BLOCKED) == (not arrives and "svg" in after)


def test_a_file_that_begins_with_a_line_comes_by_itself(anki: Anki, tmp_path: Path) -> None:
    old = packed(tmp_path / "old.apkg", {"a": ("text", TIME)}, [])
    new = packed(tmp_path / "new.apkg", {"a": ("text", TIME)}, [("_new.css", b".x{}")])

    anki.imports(old)
    anki.imports(new)
    (told,) = between(old, new).package

    assert "_new.css" in anki.media() and (told.effect, told.said) == (Effect.NOTHING, ("new",))


def test_a_note_that_anki_refuses_brings_no_picture(anki: Anki, tmp_path: Path) -> None:
    """Its type is another, so that the picture stays out, however new the note."""
    old = packed(tmp_path / "old.apkg", {"a": ("text", TIME)}, [])
    new = packed(tmp_path / "new.apkg", {"a": (image("new.svg"), TIME + 9)}, [("new.svg", TWO)])
    with zipfile.ZipFile(new) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    database = tmp_path / "database"
    database.write_bytes(members["collection.anki2"])
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("""update col set models = replace(models, '"name": "A"', '"name": "B"')""")
    with zipfile.ZipFile(new, "w") as archive:
        for name, raw in members.items():
            archive.writestr(name, database.read_bytes() if name == "collection.anki2" else raw)

    anki.imports(old)
    result = anki.imports(new)
    (told,) = [each for each in between(old, new).package if each.what == "media"]

    assert result.conflicting == ("a",) and "new.svg" not in anki.media()
    assert told.effect == Effect.BLOCKED


def test_every_form_tells_which_notes_keep_the_old_picture(tmp_path: Path) -> None:
    texts = {guid: image("flag.svg") for guid in "abc"}
    old = packed(tmp_path / "old.apkg", {guid: (text, TIME) for guid, text in texts.items()}, [("flag.svg", ONE)])
    later = {guid: (text, TIME + (guid == "a")) for guid, text in texts.items()}
    found = between(old, packed(tmp_path / "new.apkg", later, [("flag.svg", TWO)]))

    value = as_value(found)["package"][0]

    said = "new in 1 note, under a name of its own; old in 2 notes, not newer than before"
    for form in (as_text(found), as_markdown(found), for_learners(found)):
        assert said in form
    assert value["effect"] == "blocked" and said in value["said"][0] and value["notes"] == 2


def test_learners_are_not_told_of_a_refusal_where_a_picture_arrives(tmp_path: Path) -> None:
    old = packed(tmp_path / "old.apkg", {"a": (image("flag.svg"), TIME)}, [("flag.svg", ONE)])
    found = between(old, packed(tmp_path / "new.apkg", {"a": (image("flag.svg"), TIME + 9)}, [("flag.svg", TWO)]))

    said = for_learners(found)

    assert "refuse" not in said and "1 picture or sound in notes that this edition updates" in said
