"""Every name that a fault can have is explained, and docs/rules.md is what the rules say of themselves."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

import deckbuilder
from deckbuilder import records, rules, source
from deckbuilder.rules import RULES, Settings, defaults, manual
from deckbuilder.rules.faults import FAULTS, GROUPS
from deckbuilder.rules.rule import Found, Rule, Seen

PAGE = ROOT / "docs" / "rules.md"
_NAME = re.compile(r"[a-z]+(?:-[a-z]+)*")
# What makes faults: for each, which argument is the name. None: any that looks like one.
_MAKERS = {"Diagnostic": 1, "Wrong": 2, "PydanticCustomError": 0, "fault": None, "Damaged": None, "Lost": 0}


def usual() -> Settings:
    return Settings.of(defaults())


def names_in(code: ast.AST) -> Iterator[str]:
    """The names of faults that a module makes."""
    for node in ast.walk(code):
        if isinstance(node, ast.Call):
            maker = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if maker in _MAKERS:
                place = _MAKERS[maker]
                said = node.args if place is None else node.args[place : place + 1]
                yield from (name for each in said for name in constants(each))
        elif isinstance(node, ast.Assign) and "rule" in ast.unparse(node.targets[0]).lower().strip("()").split(", "):
            value = node.value.elts[0] if isinstance(node.value, ast.Tuple) else node.value
            yield from constants(value)
        elif isinstance(node, ast.arguments):
            named = zip(reversed(node.args), reversed(node.defaults), strict=False)
            yield from (name for each, value in named if each.arg == "rule" for name in constants(value))


def constants(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*constants(node.body), *constants(node.orelse))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _NAME.fullmatch(node.value):
        yield node.value


def names_in_the_code() -> set[str]:
    package = Path(deckbuilder.__file__).parent
    return {name for path in package.rglob("*.py") for name in names_in(ast.parse(path.read_text("utf-8")))}


def test_every_name_in_the_code_is_explained() -> None:
    found = names_in_the_code()

    assert {"broken-yaml", "encoding", "yaml-alias", "damaged-lock", "missing-lock", "unknown-variable"} <= found
    assert found - set(manual.known()) == set()


def test_nothing_is_explained_that_is_not_in_the_code() -> None:
    assert FAULTS.keys() - names_in_the_code() == set()


def test_no_name_is_explained_twice() -> None:
    names = [name for _, faults in GROUPS.values() for name in faults]

    assert len(set(names)) == len(names)
    assert FAULTS.keys() & RULES.keys() == set()
    assert manual.groups().keys() & set(manual.known()) == set()
    assert all(said.endswith((".", "Co1.")) and len(said) < 140 for said in FAULTS.values())


def test_the_page_in_the_docs_is_what_the_rules_say_of_themselves(request: pytest.FixtureRequest) -> None:
    text = manual.document(usual())
    if request.config.getoption("--rewrite"):
        PAGE.write_text(text, "utf-8")

    assert PAGE.read_text("utf-8") == text, "rewrite it: pytest tests/test_manual.py --rewrite"


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_page_tells_what_why_and_how_to_suppress_it(rule: Rule) -> None:
    page, said = manual.page(rule, usual()), manual.terminal(rule.name, usual(), 80)

    for text in (page, said):
        assert "Why:" in text and "Bad:" in text and "Good:" in text
        assert ("cannot be suppressed" in text) == rule.guard
        assert (f"lint: {{{rule.name}: the reason}}" in text) != rule.guard
    assert all(len(line) <= 80 for line in said.split("\n") if not line.startswith("  "))


def test_every_link_in_the_page_leads_to_a_heading() -> None:
    text = PAGE.read_text("utf-8")
    anchors = {
        re.sub(r"[^\w\- ]", "", line.lstrip("# ")).strip().lower().replace(" ", "-")
        for line in text.split("\n")
        if line.startswith("#")
    }

    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors


def test_the_limits_and_words_that_a_rule_goes_by_are_found_in_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "rules: defaults\nseverity: {some-rule: [warning, error]}\nlimits: {length: 3}\nwords: {bad: [never, always]}"
    )
    book = records.parse(source.parse(source.File("x.yaml", text))[0])[0][0]
    assert isinstance(book, records.Rulebook)
    monkeypatch.setattr(manual, "defaults", lambda: book)
    monkeypatch.setattr(_too_long, "__module__", "deckbuilder.rules.x")
    rule = Rule("some-rule", "question", _too_long)
    manual.used.cache_clear()

    said = manual.page(rule, Settings.of(book))

    manual.used.cache_clear()
    assert said.startswith("*question: warning; error where it is grave*\n\nA text that is too long.")
    assert "Limits: `length` 3." in said
    assert "Words, `bad`: *never*, *always*." in said


_LIMITS = {"all": "length"}


def _too_long(seen: Seen) -> Iterator[Found]:
    """A text that is too long.

    Why: it is.

    Bad:
        why: long

    Good:
        why: short
    """
    if seen.limit(_LIMITS["all"]) > len(seen.words("bad")) > 99:
        yield Found(seen.records[0], (), "it is too long", "shorten it")


def test_groups_hold_every_rule_once() -> None:
    names = [name for group in manual.groups().values() for name in group]

    assert sorted(names) == sorted(manual.known())
    assert rules.MODULES[0].__name__.endswith(next(iter(manual.groups())))
