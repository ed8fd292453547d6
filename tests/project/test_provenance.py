"""On what the facts of the shipped deck rest: on books and papers; the few that rest on pages alone are listed, with a reason."""

from __future__ import annotations

import pytest
from support.author import ROOT

import deckbuilder
from deckbuilder.records import Nerve, Source
from deckbuilder.records.base import Subject
from deckbuilder.workspace import Workspace

MOST = 0.03  # of all facts


@pytest.fixture(scope="module")
def shipped() -> Workspace:
    return deckbuilder.open(ROOT)


def test_every_source_says_what_it_is_and_is_cited_as_such(shipped: Workspace) -> None:
    sources = shipped.library.of(Source)

    assert len(sources) > 200
    assert [source.id for source in sources if source.type is None] == []
    for source in sources:
        file = source.locate().path.rpartition("/")[2]
        assert file in (f"{source.type}s.yaml", "gray-1918.yaml", "clippinger-2007.yaml", "exams.yaml"), source.id


def test_hardly_a_fact_rests_on_pages_alone(shipped: Workspace) -> None:
    citing = [each for each in shipped.records if isinstance(each, Subject | Nerve) and each.sources]
    facts = sum(len(each.sources) for each in citing)
    excused = [each for each in citing if "weak-source" in each.lint]

    assert facts > 350
    assert sum(len(each.sources) for each in excused) <= MOST * facts
    assert all(each.lint["weak-source"] for each in excused)
    assert [each for each in shipped.findings if each.rule == "weak-source"] == []
