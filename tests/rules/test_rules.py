"""Every rule finds what it is for, at the marked lines, and nothing else; every rule has a page.

`tests/rules/<rule>/cards/` lies over `tests/rules/_base/cards/`, a small and faultless deck: a file of the same name takes
the place of that one, a record of the same kind and id the place of that one. A line to be reported ends in `# <- rule`,
several are parted by commas; `tests/rules/<rule>/cards/media/` holds pictures.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from support.asked import Sample
from support.cases import BASE, CASES, HERE, PROJECT, base, documents_of

from deckbuilder import records, rules, source
from deckbuilder.anatomy import drawings
from deckbuilder.anatomy.library import Library
from deckbuilder.core.diagnostics import Diagnostic, errors
from deckbuilder.core.project import Project
from deckbuilder.records.salvage import salvage
from deckbuilder.source import Document
from deckbuilder.workspace import Workspace
from deckbuilder.workspace.sound import sound_of

pytestmark = pytest.mark.linted

TODAY = date(2026, 12, 1)
# What these find are two things that disagree, and either may be right.
OF_TWO = (
    *("contradiction", "side-slip", "joint-not-crossed", "joint-without-action", "wrong-side-action", "joint-order"),
    *("plane-of-movement", "foreign-root", "impossible-role", "odd-one-out", "not-reciprocal", "name-against-id"),
    *("unlike-its-compartment", "spinal-level", "implausible-number", "arithmetic", "same-fact-two-ways"),
    *("untouched-bone", "bare-number", "emg-overreach", "unlisted-study"),
)
_MARK = re.compile(r"# <- (?P<rules>[a-z-]+(?:, [a-z-]+)*)\s*$")


def checked(documents: Iterable[Document], media: Path) -> list[Diagnostic]:
    """What guards and rules find, as a build would."""
    every = list(documents)
    found, malformed = records.parse(every)
    assert not malformed, malformed
    index = media / "figures.json"
    library = Library(found, drawings.listed(index.read_text("utf-8") if index.is_file() else None))
    faults = rules.guard(library, salvage(PROJECT, found, every, []))
    sound, _ = sound_of(library, found, every, errors(faults))
    return faults + rules.lint(sound, whole=not errors(faults), today=TODAY, media=media, infos=True)


def marked(case: Path) -> set[tuple[str, int, str]]:
    return {
        (path.relative_to(case).as_posix(), number, rule)
        for path in (case / "cards").rglob("*.yaml")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if (found := _MARK.search(line))
        for rule in found["rules"].split(", ")
    }


@pytest.mark.parametrize("name", rules.RULES)
def test_a_rule_finds_what_is_marked_and_nothing_else(name: str) -> None:
    case = CASES / name
    marks = marked(case)
    files = {path.relative_to(case).as_posix() for path in (case / "cards").rglob("*.yaml")}

    found = checked(documents_of(case), case / "cards" / "media")

    of = {rule for _, _, rule in marks}
    told = {(each.location.path, each.location.line, each.rule) for each in found if each.location.path in files}
    told = {each for each in told if each[2] in of}  # what other rules find is for their own cases
    assert any(rule == name for _, _, rule in marks), "no line of the case is marked for it"
    assert told == marks, "\n".join(map(str, sorted(found)))
    assert all(each.help for each in found)


@pytest.mark.parametrize("name", OF_TWO)
def test_where_either_may_be_right_no_value_is_named_to_be_written(name: str) -> None:
    case = CASES / name

    found = [each for each in checked(documents_of(case), case / "cards" / "media") if each.rule == name]

    named = [each.help for each in found if re.search(r"\bwrite\b|did you mean|is it '", each.help)]
    assert found and named == []


@pytest.mark.parametrize("rule", rules.RULES.values(), ids=rules.RULES)
def test_a_rule_has_a_manual(rule: rules.Rule) -> None:
    manual = rule.manual

    assert {"What", "Why", "Bad", "Good"} <= manual.keys() and all(manual.values())
    assert manual["What"].endswith(".")
    assert manual["Bad"] != manual["Good"]


def test_in_the_small_deck_no_rule_finds_anything() -> None:
    found = checked(base(), BASE / "cards" / "media")

    assert [str(each) for each in found if each.severity != "info"] == []


@pytest.mark.sampled
def test_one_fault_never_fakes_another(sample: Sample, tmp_path: Path) -> None:
    """Of each kind one record is broken in turn: no rule that is no guard then finds anything new elsewhere."""
    for folder in ("cards", "templates"):
        shutil.copytree(HERE.parent / folder, tmp_path / folder)
    project = Project(tmp_path, tmp_path / "templates")

    def found() -> set[tuple[str, str, str]]:
        faults = Workspace(project).linted(today=TODAY)
        lint = [each for each in faults if each.rule in rules.RULES and not rules.RULES[each.rule].guard]
        return {(each.rule, each.record, each.message) for each in lint}

    first = dict[str, tuple[Path, str, int]]()
    for path in sorted((tmp_path / "cards").rglob("*.yaml")):
        text = path.read_text("utf-8")
        if opening := re.search(r"^(?:- )?([a-z]+): \S+\n( *)([a-z]+):", text, re.MULTILINE):
            first.setdefault(opening[1], (path, text, opening.start(3)))
    before, broken = found(), dict[str, set[tuple[str, str, str]]]()
    for kind, (path, text, at) in sample(first.items(), 8):
        path.write_text(f"{text[:at]}x{text[at:]}", "utf-8")
        broken[kind] = found() - before
        path.write_text(text, "utf-8")

    assert len(first) > 15
    assert {kind: faked for kind, faked in broken.items() if faked} == {}


def test_every_limit_belongs_to_a_rule() -> None:
    usual = rules.defaults()
    code = "".join(path.read_text("utf-8") for path in Path(rules.__file__).parent.glob("*.py"))

    assert [name for name in (*usual.limits, *usual.words) if f'"{name}"' not in code] == []


def test_no_folder_of_cases_is_of_no_rule() -> None:
    assert {each.parent.name for each in CASES.glob("*/cards")} <= {"_base", *rules.RULES}


DELTOID = """\
- {{region: shoulder, name: Shoulder, compartments: {{cuff: Cuff}}}}
- {{group: cuff-muscles, name: Cuff muscles, region: shoulder, complete: {{muscles: 2, sources: book}}, sources: book}}
- {{muscle: primus, name: Primus, region: shoulder, compartment: cuff, groups: cuff-muscles, actions: hip-flexion, nerve: femoral, sources: book}}
- {{muscle: secundus, name: Secundus, region: shoulder, compartment: cuff, groups: cuff-muscles, actions: hip-flexion, nerve: femoral, sources: book}}
- {{muscle: tertius, name: Tertius, region: shoulder, compartment: cuff, actions: {action}, nerve: {nerve}, sources: book}}
"""


@pytest.mark.parametrize(("action", "nerve"), [("hip-flexion", "femoral"), ("knee-flexion", "tibial")])
def test_no_group_is_proposed_whoever_is_in_none(action: str, nerve: str) -> None:
    own, faults = source.parse(source.File("cards/more.yaml", DELTOID.format(action=action, nerve=nerve)))
    assert not faults

    found = checked([*own, *base()], BASE / "cards" / "media")

    (told,) = [each for each in found if "Tertius is in no group" in each.message]
    assert told.help.startswith("name its group under `groups`") and "cuff-muscles" not in told.help
    assert not any("write `nerve:" in each.help for each in found)
