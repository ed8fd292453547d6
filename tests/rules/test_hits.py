"""A hit hangs on what its rule's scope says and on nothing else, so that what is kept under a digest of that is right."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from support.author import ROOT
from support.cases import CASES, PROJECT, documents_of

from deckbuilder import records, rules, source
from deckbuilder.anatomy import drawings
from deckbuilder.anatomy.library import Library
from deckbuilder.core.cache import Cache, digest
from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.core.project import find
from deckbuilder.records import KINDS
from deckbuilder.records.walker import prose_of
from deckbuilder.rules.hits import Hit, _plain
from deckbuilder.rules.rule import Found, Rule, Seen
from deckbuilder.source import Document
from deckbuilder.workspace import Workspace

pytestmark = pytest.mark.linted

Key = tuple[str, str]
# What rules raise of records with faults, of which no build asks them.
UNSOUND = (KeyError, StopIteration, ValueError)
SHIPPED = "the shipped deck"
OTHER_WORDS = (
    "Nobody knows.",
    "It is on the medial side, 20 %.",
    "Smith 2019 found that the tibial nerve supplies it.",
)


def documents(case: str) -> list[Document]:
    return source.read(find(ROOT).sources(), ROOT)[0] if case == SHIPPED else documents_of(CASES / case)


def key_of(document: Document) -> Key:
    kind, id = next(iter(document.value.items()))
    return str(kind), str(id)


def reworded(document: Document, chance: random.Random) -> Document:
    """The record with other prose, as far as it then is a record still: a question needs its mark, a cloze its gaps."""
    kind, _ = key_of(document)
    prose = prose_of(KINDS[kind]) - {"text"}
    other = {key: chance.choice(OTHER_WORDS) for key in document.value if key in prose}
    if "ask" in other:
        other["ask"] = "Which muscle is on the medial side?"
    if "text" in document.value and kind == "cloze":
        other["text"] = str(document.value["text"]) + " So it is."
    value = {**document.value, **other}
    return replace(document, value=value, digest=digest(repr(value)).hex())


def seen_of(held: Iterable[Document]) -> Seen:
    found, faults = records.parse(list(held))
    assert not faults
    index = (ROOT / drawings.INDEX).read_text("utf-8")
    return rules.seen(Library(found, drawings.listed(index)), today=None, media=Path("nowhere"))


def hits(rule: Rule, view: Seen, wanted: Callable[[Key], bool] = lambda key: True) -> object:
    """What a rule finds in the records that are wanted, by the records' keys; or why it cannot be asked of these."""
    try:
        told = [each for each in rule.check(view) if isinstance(each, Found)]
    except UNSOUND as error:
        return type(error)
    keyed = (((each.record.kind, each.record.id), each) for each in told)
    return sorted(((key, _plain(Hit(rule.name, each))) for key, each in keyed if wanted(key)), key=repr)


def of_scope(scope: str) -> list[Rule]:
    return [rule for rule in rules.RULES.values() if rule.scope == scope and not rule.dated]


@pytest.mark.sampled(12)
@pytest.mark.parametrize("case", [SHIPPED, *rules.RULES])
def test_what_others_say_in_prose_is_nothing_to_a_rule_that_looks_at_records(case: str) -> None:
    chance, held = random.Random(case), documents(case)
    whole = seen_of(held)
    for half in (0, 1):
        own = {key for place, key in enumerate(sorted(map(key_of, held))) if place % 2 == half}
        other = seen_of(each if key_of(each) in own else reworded(each, chance) for each in held)
        part = whole.of_part(own)
        for rule in of_scope("record"):
            found = hits(rule, whole, own.__contains__)
            assert hits(rule, other, own.__contains__) == found, rule.name
            assert hits(rule, part, own.__contains__) == found, rule.name


@pytest.mark.sampled(12)
@pytest.mark.parametrize("case", [SHIPPED, *rules.RULES])
def test_what_is_said_in_prose_is_nothing_to_a_rule_that_looks_at_facts(case: str) -> None:
    chance, held = random.Random(case), documents(case)
    one, other = seen_of(held), seen_of(reworded(each, chance) for each in held)
    assert one.library.facts == other.library.facts
    for rule in of_scope("facts"):
        assert hits(rule, one) == hits(rule, other), rule.name


@pytest.mark.sampled(12)
@pytest.mark.parametrize("case", rules.RULES)
def test_with_a_cache_the_same_is_found_cold_warm_and_after_an_edit(case: str, tmp_path: Path) -> None:
    chance = random.Random(case)
    held = [replace(each, digest=digest(repr(each.value)).hex()) for each in documents(case)]
    media = CASES / case / "cards" / "media"

    def found(held: list[Document], cache: Cache) -> list[list[Diagnostic]]:
        library = Library(records.parse(held)[0], Workspace(PROJECT).drawings)
        told = rules.guard(library, rules.Lost(), cache)
        try:
            told += rules.lint(library, whole=True, media=media, infos=True, cache=cache)
        except UNSOUND:
            assert told
        cache.flush()
        return [[*dict.fromkeys(sorted(told))]]

    for _ in range(3):
        cold = found(held, Cache())
        assert found(held, Cache(tmp_path)) == cold
        assert found(held, Cache(tmp_path)) == cold
        place = chance.randrange(len(held))
        held[place] = reworded(held[place], chance)


def test_after_an_edit_only_the_file_of_it_is_looked_at_by_most_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = replace(find(ROOT), cache=Cache(tmp_path))
    first = Workspace(project)
    before = {each.rule for each in first.findings}
    project.cache.flush()
    looked_at: list[object] = []
    of_part = Seen.of_part

    def noted(self: Seen, part: Collection[Key]) -> Seen:
        looked_at.append(part)
        return of_part(self, part)

    monkeypatch.setattr(Seen, "of_part", noted)
    path = "cards/muscles/thigh/adductor-brevis.yaml"
    text = (ROOT / path).read_text("utf-8")
    assert "the middle layer" in text

    edited = first.with_texts({path: text.replace("the middle layer", "a middle layer")})

    assert {each.rule for each in edited.findings} == before
    assert looked_at == [{("muscle", "adductor-brevis")}]
