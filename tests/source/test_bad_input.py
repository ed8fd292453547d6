"""Whatever is wrong with what people wrote: one sentence at its place with a next step, and nothing is touched."""

from __future__ import annotations

import copy
import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest
from click.testing import CliRunner, Result
from filelock import FileLock
from support.author import ROOT, Author
from support.machine import as_nobody, small_disk

from deckbuilder.cli import cli
from deckbuilder.core import turn
from deckbuilder.core.diagnostics import Diagnostic, Fault, errors
from deckbuilder.lock import file as lock_file

BICEPS = "cards/muscles/biceps-brachii.yaml"
BRACHIALIS = "cards/muscles/brachialis.yaml"
TRICEPS = "cards/muscles/triceps-brachii.yaml"
GROUPS, ACTIONS, CONCEPTS = "cards/groups.yaml", "cards/actions.yaml", "cards/concepts.yaml"
BODY, DECK, LOCK = "cards/vocabulary/body.yaml", "cards/deck.yaml", "cards/deck.lock"
TEMPLATE_ROOT = ROOT / "templates"


@dataclass(frozen=True)
class Bad:
    """An edit that makes one fault. It stands where `text` begins in `file`; without text, in the file as a whole."""

    edit: Callable[[Author], object]
    file: str
    text: str
    rule: str
    says: str
    next: str

    def place(self, author: Author) -> str:
        if not self.text:
            return self.file
        before, found, _ = author.read(self.file).partition(self.text)
        assert found, f"{self.text!r} is not in {self.file}"
        return f"{self.file}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def edited(file: str, old: str, new: str, at: str, rule: str, says: str, next: str) -> Bad:
    def edit(author: Author) -> None:
        if file.startswith("templates/"):
            author.take_templates()
        author.edit(file, old, new)

    return Bad(edit, file, at, rule, says, next)


def added(file: str, text: str | bytes, at: str, rule: str, says: str, next: str) -> Bad:
    return Bad(lambda author: author.write(file, text), file, at, rule, says, next)


def muscle(first: str) -> str:
    """Another muscle that is sound but for what stands in its first lines."""
    return f"{first}\nregion: arm\norigin: coracoid-process\nactions: [elbow-flexion]\nsources: openstax-ap2e-11-5\n"


def pictured(name: str, says: str, next: str) -> Bad:
    def edit(author: Author) -> None:
        author.edit(CONCEPTS, "  regions: [arm]\n", f"  regions: [arm]\n  picture: {{file: {name}, alt: An arm}}\n")
        author.write("cards/media/arm.svg", "<svg/>")
        (author.root / "cards/media/out.svg").symlink_to(author.root.parent / "elsewhere.svg")
        (author.root.parent / "elsewhere.svg").write_text("<svg/>")

    return Bad(edit, CONCEPTS, name, "picture", says, next)


def identified(id: str, near: str) -> Bad:
    return added("cards/more.yaml", muscle(f"muscle: {id}\nname: More"), id, "bad-id", f"'{id}' is not an id", near)


CARDS: dict[str, Bad] = {
    "broken YAML": edited(
        BICEPS, "at its tip}", "at its tip", "{coracoid", "broken-yaml", "`{` that opens here is not closed", "close it"
    ),
    "a quote that never ends": edited(
        TRICEPS, "name: Tri", "name: 'Tri", "'Tri", "broken-yaml", "quote that opens here is never closed", "close it"
    ),
    "an unknown key": edited(
        TRICEPS, "nerve: radial", "nerv: radial", "nerv:", "unknown-key", "'nerv' is not a key", "did you mean 'nerve'?"
    ),
    "a missing key": edited(
        CONCEPTS, "  topic: reciprocal-inhibition\n", "", "concept:", "missing-key", "has no 'topic'", "add `topic: …`"
    ),
    "a name that is a bare no": edited(
        BICEPS, "name: Biceps brachii", "name: no", "no\nlatin", "ambiguous-word", "a bare `no`", 'write "no" in quotes'
    ),
    "a name that is a number": edited(
        GROUPS,
        "name: Elbow flexors",
        "name: 5",
        "5\n",
        "wrong-type",
        "name: expected text, found the number 5",
        "quotes",
    ),
    "an origin that is a number": edited(
        BRACHIALIS,
        "{shaft-of-humerus: front of its lower part}",
        "5",
        "5\n",
        "bad-names",
        "origin: expected an id, a list of ids, or a mapping of ids to details, found the number 5",
        "write an id",
    ),
    "an unknown reference": edited(
        ACTIONS,
        "prime_movers: triceps-brachii",
        "prime_movers: triceps-brachi",
        "triceps-brachi\n",
        "unknown-reference",
        "no muscle has the id 'triceps-brachi'",
        "did you mean 'triceps-brachii'?",
    ),
    "an unknown reference with a detail": edited(
        BICEPS,
        "{coracoid-process: at its tip}",
        "{coracoid-proces: at its tip}",
        "coracoid-proces:",
        "unknown-reference",
        "no landmark, bone or structure has the id 'coracoid-proces'",
        "did you mean 'coracoid-process'?",
    ),
    "an unknown reference like nothing else": edited(
        TRICEPS,
        "nerve: radial",
        "nerve: optic-chiasm",
        "optic-chiasm",
        "unknown-reference",
        "no nerve has",
        "write a nerve",
    ),
    "an id in two files": added(
        "cards/zz.yaml",
        "group: elbow-flexors\nname: Others\nregion: arm\ncomplete: {muscles: 2, sources: openstax-ap2e-11-5}\nsources: openstax-ap2e-11-5\n",
        "elbow-flexors",
        "duplicate-id",
        "the id 'elbow-flexors' is taken",
        "the other one is at cards/groups.yaml:2:10; rename or delete one of them",
    ),
    "ids that differ only in case": identified("Brachialis", "write 'brachialis'"),
    "an id with spaces": identified("coraco brachialis", "write 'coraco-brachialis'"),
    "an id with a slash": identified("arm/coracobrachialis", "write 'arm-coracobrachialis'"),
    "an id that climbs out of its folder": identified("../../etc/passwd", "write 'etc-passwd'"),
    "a tag with a space": edited(
        CONCEPTS,
        "  regions: [arm]\n",
        "  regions: [arm]\n  tags: [two words]\n",
        "two words",
        "tag",
        "the tag 'two words' holds a space",
        "write 'two_words'",
    ),
    "a tag outside the vocabulary": edited(
        GROUPS,
        "  region: arm\n",
        "  region: arm\n  tags: [Mine]\n",
        "Mine",
        "tag",
        "the tag 'Mine' is not in the vocabulary",
        "add it to `extra_tags` in cards/deck.yaml",
    ),
    "an id that vanished": Bad(
        lambda author: author.edit(CONCEPTS, "concept: reciprocal-inhibition", "concept: reciprocal-innervation"),
        LOCK,
        '{"key": "concept/reciprocal-inhibition"',
        "vanished-id",
        "learners have 'concept/reciprocal-inhibition', and no card has this id any more",
        "if it was renamed, add `formerly: reciprocal-inhibition` to it; if not, bring it back and give it `retired: why`",
    ),
    "a formerly that names a living id": edited(
        TRICEPS,
        "tier: core",
        "formerly: brachialis",
        "brachialis",
        "formerly-living",
        "muscle/triceps-brachii says that it was 'muscle/brachialis', but that id is in use",
        "remove it from `formerly`",
    ),
    "a picture that is missing": pictured("arn.svg", "there is no file cards/media/arn.svg", "did you mean 'arm.svg'?"),
    "a picture outside the project": pictured("../../../x.svg", "lies outside cards/media/", "copy the file into"),
    "a picture that is a link out": pictured("out.svg", "is a link that leads out", "copy the file into cards/media/"),
    "a card whose front is empty": added(
        "cards/more.yaml",
        "muscle: anconeus\nname: Anconeus\nregion: arm\nsources: openstax-ap2e-11-5\n",
        "muscle:",
        "blank-card",
        "no card of muscle/anconeus has a front",
        "fill the fields",
    ),
    "a fault in the deck's own record": edited(
        DECK,
        "license: CC",
        "licenze: x\nlicense: CC",
        "licenze",
        "unknown-key",
        "is not a key of",
        "did you mean 'license'",
    ),
    "a fault in a bone": edited(
        BODY,
        "  name: Radius",
        "  nam: x\n  name: Radius",
        "nam:",
        "unknown-key",
        "'nam' is not a key",
        "did you mean 'name'",
    ),
    "a duplicate key": edited(
        ACTIONS,
        "  example: lifting a cup\n",
        "  example: lifting a cup\n  name: Twice\n",
        "name: Twice",
        "duplicate-key",
        "the key 'name' stands here twice",
        "keep one",
    ),
    "a file that is no UTF-8": added(
        "cards/latin.yaml",
        "term: a\nname: é\nmeans: x\n".encode("latin-1"),
        "",
        "encoding",
        "0xe9 is not UTF-8",
        "UTF-8",
    ),
}

TEMPLATES: dict[str, Bad] = {
    "a template with a syntax error": edited(
        "templates/muscle/fields.html.j2",
        "{% set Say %}",
        "{% sett Say %}",
        "{% sett",
        "template-syntax",
        "unknown tag 'sett'",
        "mend the template's Jinja here",
    ),
    "a card template with a syntax error": edited(
        "templates/group/cards/members.html.j2",
        "[% block question %]",
        "[% bloc question %]",
        "[% bloc question",
        "template-syntax",
        "unknown tag 'bloc'",
        "mend the template's Jinja here",
    ),
    "a template with an unknown field": edited(
        "templates/muscle/cards/origin.html.j2",
        "{{Origin expect}}",
        "{{Orign expect}}",
        "Orign expect",
        "unknown-field",
        "the note type has no field 'Orign expect'",
        "did you mean 'Origin expect'?",
    ),
    "a section that is never closed": edited(
        "templates/concept/layout.html.j2",
        "{{#Exam model}}<p",
        "{{#Exam modle}}<p",
        "{{/Exam model",
        "card-template",
        "{{/Exam model}} closes a section that is not open",
        "open and close each section once",
    ),
    "a template with an empty tag": edited(
        "templates/muscle/cards/origin.html.j2",
        "{{Origin expect}}",
        "{{}}",
        "}}",
        "unknown-field",
        "the note type has no field ''",
        "mend the name, or add the field to notetype.yaml",
    ),
    "sections nested without end": edited(
        "templates/concept/layout.html.j2",
        "{{#Exam model}}<p",
        "{{#Key}}" * 2_000 + "{{/Key}}" * 2_000 + "{{#Exam model}}<p",
        "{{#Key}}" * 2_000,
        "card-template",
        "sections are nested more than 100 levels deep",
        "open and close each section once",
    ),
    "the shared layout with an unknown field": edited(
        "templates/_shared/face.html.j2",
        "{{hint:Hint}}",
        "{{hint:Hnt}}",
        "Hnt",
        "unknown-field",
        "the note type has no field 'Hnt'",
        "did you mean 'Hint'?",
    ),
    "a template that sets an unknown field": edited(
        "templates/muscle/fields.html.j2",
        "{% set Say %}",
        "{% set Sya %}",
        "Sya",
        "unknown-field",
        "no field for the variable 'Sya'",
        "did you mean 'Say'?",
    ),
    "a template with an unknown variable": edited(
        "templates/muscle/fields.html.j2",
        "{{ record.latin }}",
        "{{ recrd.latin }}",
        "{% set Name_Latin",
        "unknown-variable",
        "'recrd' is undefined",
        "mend the name",
    ),
    "a card template with an unknown variable": edited(
        "templates/muscle/layout.html.j2",
        "Asked: [[asked]]",
        "Asked: [[askt]]",
        "<ul class",
        "unknown-variable",
        "'askt' is undefined",
        "mend the name",
    ),
    "a field name that Anki would repair": edited(
        "templates/muscle/notetype.yaml",
        "name: Say,",
        'name: "Say:",',
        '"Say:"',
        "field-name",
        "Anki would repair the field name 'Say:'",
        "leave out",
    ),
    "a shared style that is none": edited(
        "templates/action/notetype.yaml",
        "styles: [roles,",
        "styles: [rolls,",
        "rolls",
        "missing-template",
        "there is no shared style 'rolls'",
        "did you mean 'roles'?",
    ),
    "a style outside the templates": edited(
        "templates/action/notetype.yaml",
        "styles: [roles,",
        "styles: [../../secret,",
        "../../secret",
        "note-type",
        "should match pattern",
        "see CONTRIBUTING.md",
    ),
    "a card whose file is missing": edited(
        "templates/muscle/notetype.yaml",
        "file: nerve,",
        "file: nevre,",
        "nevre",
        "missing-template",
        "the template 'muscle/cards/nevre.html.j2' is missing",
        "restore the file",
    ),
}

# Of these files nothing can be told, so that what they may hold is not reported as missing.
UNSEEN: dict[str, Bad] = {
    "a file that is a dangling link": Bad(
        lambda author: (author.root / "cards/gone.yaml").symlink_to("nowhere.yaml"),
        "cards/gone.yaml",
        "",
        "unreadable",
        "the file cannot be read (No such file or directory)",
        "check its permissions, or remove it",
    ),
    "a file that is a link out of the project": Bad(
        lambda author: (author.root / "cards/out.yaml").symlink_to("/etc/hostname"),
        "cards/out.yaml",
        "",
        "outside-project",
        "a link that leads out of the project",
        "copy the file into the project",
    ),
    "a file that is a pipe": Bad(
        lambda author: os.mkfifo(author.root / "cards/pipe.yaml"),
        "cards/pipe.yaml",
        "",
        "unreadable",
        "this is no ordinary file",
        "remove it",
    ),
    "a huge file": added("cards/huge.yaml", b"# " + b"x" * 5_000_000, "", "too-large", "larger than 4 MiB", "split it"),
}


def relocked(change: Callable[[list[str]], list[str]]) -> Callable[[Author], None]:
    """An edit of the lock's lines."""

    def edit(author: Author) -> None:
        author.write(LOCK, "".join(change(author.read(LOCK).splitlines(keepends=True))))

    return edit


def sealed(line: str, **values: object) -> str:
    """A line of the lock with other values and a seal that fits."""
    value = json.loads(line) | values
    del value["seal"]
    return lock_file.sealed(value) + "\n"


RESTORE = "restore it from version control"
LOCKS: dict[str, Bad] = {
    "a lock cut off in a line": Bad(
        relocked(lambda lines: [*lines[:8], lines[8][:50]]),
        LOCK,
        '{"key": "concept',
        "damaged-lock",
        "cut off",
        RESTORE,
    ),
    "a lock cut off at the end of a line": Bad(
        relocked(lambda lines: [*lines[:8], lines[8].rstrip("\n")]),
        LOCK,
        '{"key": "concept',
        "damaged-lock",
        "cut off",
        RESTORE,
    ),
    "a lock cut off behind a line": Bad(
        relocked(lambda lines: lines[:8]), LOCK, "", "damaged-lock", "the lock is cut off here", RESTORE
    ),
    "a lock edited by hand": Bad(
        relocked(lambda lines: [line.replace('": [', '": [7') if '"concept/' in line else line for line in lines]),
        LOCK,
        '{"key": "concept',
        "damaged-lock",
        "edited by hand",
        RESTORE,
    ),
    "a lock with conflict markers": Bad(
        relocked(lambda lines: [*lines[:5], "<<<<<<< HEAD\n", lines[5], "=======\n", ">>>>>>> other\n", *lines[6:]]),
        LOCK,
        "<<<<<<<",
        "damaged-lock",
        "conflict markers",
        "keep the lines of both sides and delete the marker lines",
    ),
    "a lock of a newer version": Bad(
        relocked(lambda lines: [lines[0].replace('"deckbuilder lock": 4', '"deckbuilder lock": 5'), *lines[1:]]),
        LOCK,
        "{",
        "damaged-lock",
        "written by a newer deckbuilder",
        "upgrade deckbuilder",
    ),
    "an empty lock": Bad(relocked(lambda lines: []), LOCK, "", "damaged-lock", "the lock is empty", RESTORE),
    "a lock that is something else": Bad(
        relocked(lambda lines: ["[]\n"]), LOCK, "[]", "damaged-lock", "not a deckbuilder lock", RESTORE
    ),
    "a lock without its first line": Bad(
        relocked(lambda lines: lines[1:]), LOCK, "{", "damaged-lock", "not a deckbuilder lock", RESTORE
    ),
    "a lock that is no text": Bad(
        lambda author: author.write(LOCK, b"\xff\xfe\x00"), LOCK, "", "damaged-lock", "it is no text", RESTORE
    ),
    "a lock with two guids for a note": Bad(
        relocked(lambda lines: [*lines[:-1], sealed(lines[-2], guid="X" * 16), lines[-1]]),
        LOCK,
        '{"key": "muscle/triceps-brachii", "guid": "XX',
        "damaged-lock",
        "'muscle/triceps-brachii' has another guid than in line 14",
        "keep the line that was released",
    ),
    "a lock in which two notes have one guid": Bad(
        relocked(lambda lines: [*lines[:-2], sealed(lines[-3], key="muscle/triceps-brachii"), lines[-1]]),
        LOCK,
        '{"key": "muscle/triceps-brachii"',
        "renamed-twice",
        "'muscle/brachioradialis' and 'muscle/triceps-brachii' are one note to learners",
        "keep one of the cards, with the other ids under `formerly`",
    ),
}

EVERY = CARDS | TEMPLATES | UNSEEN | LOCKS


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Author:
    """A project that was built once; nobody edits it."""
    author = Author(tmp_path_factory.mktemp("built") / "project")
    author.build()
    return author


def copied(built: Author, root: Path) -> Author:
    shutil.copytree(built.root, root, symlinks=True)
    author = copy.copy(built)
    author.root = root
    return author


@pytest.fixture
def author(built: Author, tmp_path: Path) -> Author:
    return copied(built, tmp_path / "project")


def run(author: Author, *arguments: str) -> Result:
    """`deckbuilder build` in this process."""
    return CliRunner().invoke(
        cli, ["build", "--project", str(author.root), *arguments], env={"SOURCE_DATE_EPOCH": str(author.now + 60)}
    )


def refused(author: Author, *arguments: str) -> list[str]:
    """The lines of a build that fails as it should: exit 1, nothing on stdout, no traceback, nothing touched."""
    before = author.state()

    done = run(author, *arguments)

    assert isinstance(done.exception, SystemExit), done.output
    assert done.exit_code == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert author.state() == before
    assert not list(author.root.rglob("*.part"))
    return done.stderr.splitlines()


@pytest.mark.sampled(24)
@pytest.mark.parametrize("bad", EVERY.values(), ids=EVERY)
def test_bad_input_is_one_located_sentence_with_a_next_step_and_nothing_is_touched(author: Author, bad: Bad) -> None:
    bad.edit(author)

    found, help, last = refused(author)

    place = bad.place(author)
    assert found.startswith(f"{place}:") and f": {bad.rule}: " in found
    assert bad.says in found
    assert help.startswith("    ") and bad.next in help
    assert last == "Nothing was built: 1 error, 0 warnings. dist and lock are as they were."


def test_a_fault_in_bytes_is_located_to_the_character(author: Author) -> None:
    author.write("cards/latin.yaml", "\ufeffterm: é\nname: ü".encode() + b"\xe9\n")

    (found,) = author.check()

    assert str(found).startswith("cards/latin.yaml:2:8: encoding: ")


@pytest.mark.parametrize(
    ("key", "value", "said", "help"),
    [
        ("exam_model", '"yes"', "expected true or false, found 'yes'", "write true or false"),
        ("exam_model", "1", "expected true or false, found the number 1", "write true or false"),
        ("evidence", "textbok", "'textbok' is not one of the values", "did you mean 'textbook'?"),
        ("tier", "5", "the number 5 is not one of the values", "write one of: core, useful, deep"),
        ("regions", "{arm: x}", "expected a list, found a mapping", "write a list: [one, two]"),
        ("sources", "7", "expected a list, found the number 7", "write a list: [one, two]"),
        ("why", "", "expected text, found nothing", "write text here"),
        ("hint", '" "', "the text is empty", "write it, or leave the key out"),
        ("definition", f'"{"x" * 2_001}"', "expected no more than 2000 characters, found 'xxx", "shorten it"),
    ],
)
def test_a_value_of_a_wrong_kind_is_never_guessed_at(
    author: Author, key: str, value: str, said: str, help: str
) -> None:
    lines = [line for line in author.read(CONCEPTS).splitlines() if not line.startswith(f"  {key}:")]
    author.write(CONCEPTS, "\n".join([*lines, f"  {key}: {value}", ""]))

    (found,) = author.check()

    assert str(found.location) == f"{CONCEPTS}:{len(lines) + 1}:{len(key) + 5 - (value == '')}"
    assert said in found.message
    assert help in found.help


@pytest.mark.parametrize("value", ["true", "1e999", "'69.5'", ".inf"])
def test_a_measurement_is_a_number(author: Author, value: str) -> None:
    text = f"study: s\npeople: {{who: men}}\nregions: [arm]\nmeasurements: [{{exercise: e, of: brachialis, value: {value}}}]\n"
    author.write(
        "cards/s.yaml",
        text
        + "comparisons: [{id: c, compare: [e, f], of: brachialis, difference: found, stated: p < 0.05, caveat: x}]\n",
    )

    found = [str(each) for each in author.check() if each.location.line == 4 and "value" in each.message]

    assert len(found) == 1
    assert found[0].startswith("cards/s.yaml:4:53: wrong-type: value: expected a number, found ")


# A fault never hides or fakes another


def changed(built: Author, author: Author) -> frozenset[str]:
    """The files in which two projects differ."""

    def files(root: Path) -> dict[str, bytes]:
        shipped = {
            f"templates/{path.relative_to(TEMPLATE_ROOT).as_posix()}": path.read_bytes()
            for path in TEMPLATE_ROOT.rglob("*")
            if path.is_file()
        }
        own = {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in root.rglob("*")
            if path.is_file() and "media" not in path.parts
        }
        return shipped | own

    one, other = files(built.root), files(author.root)
    return frozenset(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


@dataclass(frozen=True)
class Alone:
    """What a fault is when it is the only one."""

    name: str
    bad: Bad
    files: frozenset[str]
    found: frozenset[Diagnostic]


@pytest.fixture(scope="module")
def alone(built: Author, tmp_path_factory: pytest.TempPathFactory) -> list[Alone]:
    found = []
    for name, bad in (CARDS | TEMPLATES).items():
        author = copied(built, tmp_path_factory.mktemp("alone") / "project")
        bad.edit(author)
        found.append(Alone(name, bad, changed(built, author), frozenset(errors(author.check()))))
    return found


def meets(one: Alone, other: Alone) -> bool:
    """Whether two faults can stand in one project, each in files of its own. Templates stand on each other."""
    both = all(file.startswith("templates/") for file in one.files | other.files)
    return one is not other and not both and one.files.isdisjoint(other.files)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("step", range(1, 4))
def test_a_fault_in_one_record_never_hides_or_fakes_a_fault_in_another(
    built: Author, alone: list[Alone], tmp_path: Path, step: int
) -> None:
    pairs = [
        (one, next(other for other in alone[at + step :] + alone if meets(one, other))) for at, one in enumerate(alone)
    ]
    for number, (one, other) in enumerate(pairs[step::3]):
        author = copied(built, tmp_path / str(number))
        one.bad.edit(author)
        other.bad.edit(author)

        found = frozenset(errors(author.check()))

        assert found == one.found | other.found, f"{one.name} and {other.name}"


def test_all_faults_at_once_are_the_faults_of_each_alone(built: Author, alone: list[Alone], tmp_path: Path) -> None:
    together: list[Alone] = []
    for each in alone:
        if all(meets(each, other) for other in together):
            together.append(each)
    author = copied(built, tmp_path / "together")
    for each in together:
        each.bad.edit(author)

    found = frozenset(errors(author.check()))

    assert len(together) >= 10
    assert found == frozenset[Diagnostic]().union(*(each.found for each in together))


# Pairs in one file: each is a line of `body.yaml` or `actions.yaml` and keeps the number of lines.
SAME_FILE: dict[str, list[tuple[str, str, str]]] = {
    "a bone at fault and an unknown region": [
        (BODY, "  name: Scapula\n", "  nam: Scapula\n"),
        (BODY, "- joint: elbow\n  name: Elbow\n  region: arm", "- joint: elbow\n  name: Elbow\n  region: amr"),
    ],
    "an action at fault and an unknown joint": [
        (ACTIONS, "  phrase: flexes the elbow", "  phrse: flexes the elbow"),
        (
            ACTIONS,
            "  joint: elbow\n  plane: sagittal\n  side: posterior\n  phrase: extends",
            "  joint: elbwo\n  plane: sagittal\n  side: posterior\n  phrase: extends",
        ),
    ],
    "an ambiguous word and an empty text": [
        (ACTIONS, "  example: lifting a cup", "  example: no"),
        (ACTIONS, "  example: the way up in a push-up", '  example: " "'),
    ],
    "a duplicate key and an unknown value": [
        (BODY, "  name: Musculocutaneous nerve", "  roots: [C5]"),
        (BODY, "  roots: [C5, C6, C7, C8, T1]", "  roots: [C5, C6, C7, C9, T1]"),
    ],
    "a record that is none and an unknown reference": [
        (BODY, "- source: openstax-ap2e-11-5", "- sorce: openstax-ap2e-11-5"),
        (BODY, "  bones: [humerus, ulna]", "  bones: [humerus, ulnar]"),
    ],
}


@pytest.mark.parametrize("edits", SAME_FILE.values(), ids=SAME_FILE)
def test_two_faults_in_one_file_are_both_found(
    built: Author, tmp_path: Path, edits: list[tuple[str, str, str]]
) -> None:
    each_alone = []
    for number, edit in enumerate(edits):
        author = copied(built, tmp_path / str(number))
        author.edit(*edit)
        each_alone.append(frozenset(errors(author.check())))
    author = copied(built, tmp_path / "both")
    for edit in edits:
        author.edit(*edit)

    found = frozenset(errors(author.check()))

    assert all(each_alone)
    assert found == each_alone[0] | each_alone[1]


def test_a_broken_file_does_not_make_what_it_names_look_empty(author: Author) -> None:
    (author.root / BRACHIALIS).unlink()
    author.edit(LOCK, author.read(LOCK), "")
    (author.root / LOCK).unlink()
    author.edit(BICEPS, "name: Biceps brachii", "nam: Biceps brachii")

    found = author.check()

    assert {one.location.path for one in found} == {BICEPS}, "the group without members is not at fault"


def test_a_picture_is_looked_for_even_if_its_record_names_one_at_fault(author: Author) -> None:
    CARDS["a picture that is missing"].edit(author)
    author.edit(BODY, "- region: arm\n  name: Arm", "- region: arm\n  nam: Arm")

    found = author.check()

    assert {one.rule for one in found} == {"picture", "unknown-key"}


# What no edit of a card cures


def test_a_folder_that_is_no_project_is_named_with_the_way_to_make_one(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["build", "--project", str(tmp_path)])

    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        f"error: {tmp_path} is not a deckbuilder project: it has no cards/deck.yaml",
        "    point --project at the folder that holds `cards/`, or make a project with `deckbuilder new DIR`",
    ]
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def open_author(built: Author) -> Iterator[Author]:
    """A project in a folder that everybody may enter."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield copied(built, Path(folder, "project"))


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are another thing there")
def test_an_unreadable_file_is_named_and_fakes_nothing(open_author: Author) -> None:
    path = open_author.root / BODY
    path.chmod(0)

    with as_nobody(open_author.root):
        (found,) = open_author.check()

    path.chmod(0o644)
    assert str(found).startswith(f"{BODY}: unreadable: the file cannot be read (Permission denied)")


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are another thing there")
def test_an_unreadable_folder_is_named_and_its_cards_do_not_look_deleted(open_author: Author) -> None:
    folder = open_author.root / "cards" / "muscles"
    folder.chmod(0)

    with as_nobody(open_author.root):
        done = run(open_author)

    folder.chmod(0o755)
    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        f"error: {folder} cannot be read (Permission denied)",
        "    check its permissions, or move it away",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are another thing there")
@pytest.mark.parametrize("folder", ["dist", "cards"])
def test_a_folder_that_cannot_be_written_is_named(open_author: Author, folder: str) -> None:
    before = open_author.state()
    open_author.edit(BICEPS, "palm faces up", "palm faces down")
    locked = open_author.root / folder
    (open_author.root / "cards/.building").unlink(missing_ok=True)
    locked.chmod(0o555)

    with as_nobody(open_author.root):
        done = run(open_author)

    locked.chmod(0o755)
    assert done.exit_code == 1
    assert str(locked) in done.stderr and "Permission denied" in done.stderr
    assert len(done.stderr.splitlines()) == 2
    assert open_author.state() == before


def test_an_output_below_a_file_is_named(author: Author) -> None:
    output = author.root / DECK / "dist"

    first, help = refused(author, "--output", str(output))

    assert first == f"error: {output} cannot be written (Not a directory)"
    assert help == "    check its permissions, or choose another folder with --output"


def test_a_full_disk_leaves_no_half_package(author: Author, tmp_path: Path) -> None:
    author.edit(BICEPS, "palm faces up", "palm faces down")
    with small_disk(tmp_path / "disk", 2) as disk:
        first, help = refused(author, "--output", str(disk))

        assert first == "error: the package could not be written (No space left on device)"
        assert "check space" in help
        assert list(disk.iterdir()) == []


def test_a_full_temporary_folder_is_named(author: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    author.edit(BICEPS, "palm faces up", "palm faces down")
    with small_disk(tmp_path / "disk", 4) as disk:
        monkeypatch.setattr(tempfile, "tempdir", str(disk))

        first, help = refused(author)

        assert first == "error: the package could not be written (database or disk is full)"
        assert str(disk) in help
        assert list(disk.iterdir()) == []


def test_a_disk_that_fills_at_the_last_moment_leaves_everything_as_it_was(
    author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    author.edit(BICEPS, "palm faces up", "palm faces down")
    monkeypatch.setattr(os, "fsync", full)

    first, help = refused(author)

    assert first == "error: the package could not be written (No space left on device)"
    assert help.endswith("dist and lock are as they were")


def test_a_second_build_at_the_same_time_does_not_wait_for_ever(
    author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "PATIENCE", 0.3)

    with FileLock(author.root / "cards" / ".building"):
        told, first, help = refused(author)

    assert told.startswith("waiting for another deckbuilder, which is at work on this project")
    assert first == "error: another deckbuilder is at work on this project, and did not end within 0.005 minutes"
    assert help == "    wait until it ends, or end it, then run this again"


def test_a_clock_that_was_never_set_is_named(author: Author) -> None:
    with pytest.raises(Fault, match="the clock says that it is before 2020"):
        author.now = 0
        author.build()


@pytest.mark.parametrize("name", ["broken YAML", "an unknown key", "a lock edited by hand"])
def test_the_program_itself_ends_with_one_and_no_traceback(author: Author, name: str) -> None:
    bad = EVERY[name]
    bad.edit(author)
    before = author.state()

    done = subprocess.run(
        [sys.executable, "-m", "deckbuilder", "build"], cwd=author.root, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"{bad.place(author)}: {bad.rule}: ")
    assert len(done.stderr.splitlines()) == 3
    assert author.state() == before
