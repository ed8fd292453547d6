"""Every name that a fault can have is explained, and docs/rules.md is what the rules say of themselves."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.author import ROOT

import deckbuilder
from deckbuilder import records, rules, source
from deckbuilder.core import findings
from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.core.findings import FINDINGS, GROUPS, FindingKind
from deckbuilder.rules import RULES, Settings, defaults, manual
from deckbuilder.rules.rule import Found, Rule, Seen

pytestmark = pytest.mark.linted

FAULTS = {name: finding for name, finding in FINDINGS.items() if not finding.is_rule}
PAGE = ROOT / "docs" / "rules.md"
_NAME = re.compile(r"[a-z]+(?:-[a-z]+)*")
# What makes faults: for each, which argument is the name. None: any that looks like one.
_MAKERS = {
    "Diagnostic": 1,
    "Wrong": 2,
    "PydanticCustomError": 0,
    "fault": None,
    "Damaged": None,
    "Loss": 0,
    "IndexFile": 1,
}


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


def texts_in_the_code() -> set[str]:
    """Every text that stands alone in the code, but for the table of findings: whoever makes a fault names it there."""
    package = Path(deckbuilder.__file__).parent
    modules = (path for path in package.rglob("*.py") if path != Path(findings.__file__))
    nodes = (node for path in modules for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def rules_in_the_code() -> Iterator[Rule]:
    """The rules of all modules, whether or not they are listed."""
    for module in pkgutil.iter_modules(rules.__path__, f"{rules.__name__}."):
        for each in vars(importlib.import_module(module.name)).values():
            if isinstance(each, Rule):
                yield each


def test_every_name_in_the_code_is_explained() -> None:
    found = names_in_the_code()

    assert {"broken-yaml", "encoding", "yaml-alias", "damaged-lock", "missing-lock", "unknown-variable"} <= found
    assert found - FINDINGS.keys() == set()


def test_nothing_is_explained_that_is_not_in_the_code() -> None:
    assert FAULTS.keys() - texts_in_the_code() == set()
    assert list(RULES) == [name for name, _ in findings.rules()]
    assert {rule.name for rule in rules_in_the_code()} == set(RULES)


def test_a_name_that_nothing_explains_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError, match="no-such-name"):
        Diagnostic(Location("cards/x.yaml"), "no-such-name", "it is wrong")


def test_how_grave_a_finding_is_stands_in_one_place() -> None:
    """No stage says it, only `core/findings`: of what has two severities, a stage says which case it is."""
    package = Path(deckbuilder.__file__).parent
    said = [
        f"{path.relative_to(package)}:{node.lineno}"
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Diagnostic"
        for given in (*node.args[4:5], *(each.value for each in node.keywords if each.arg == "severity"))
        if isinstance(given, ast.Constant)
    ]

    assert said == []


def test_only_a_rule_that_nothing_relies_on_can_be_overruled() -> None:
    assert set(defaults().severity) == {name for name, rule in RULES.items() if not rule.guard}
    assert all(finding.always for finding in FAULTS.values())


def test_no_name_is_explained_twice() -> None:
    names = [name for group in GROUPS.values() for name in group.findings]

    assert len(set(names)) == len(names)
    assert all(len({each.is_rule for each in group.findings.values()}) == 1 for group in GROUPS.values())
    assert GROUPS.keys() & FINDINGS.keys() == set()
    assert all(each.said.endswith((".", "Co1.")) and len(each.said) < 140 for each in FAULTS.values())


def test_the_page_in_the_docs_is_what_the_rules_say_of_themselves(request: pytest.FixtureRequest) -> None:
    text = manual.document(usual())
    if request.config.getoption("--rewrite"):
        PAGE.write_text(text, "utf-8")

    assert PAGE.read_text("utf-8") == text, "rewrite it: pytest tests/rules/test_manual.py --rewrite"


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
    monkeypatch.setitem(FINDINGS, "some-rule", FindingKind("warning", "error"))
    monkeypatch.setattr(Rule, "group", "question")
    monkeypatch.setattr(_too_long, "__module__", "deckbuilder.rules.x")
    rule = Rule("some-rule", _too_long)
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
