"""What the rules about wording mend, and what they leave to a person."""

from __future__ import annotations

import pytest

from deckbuilder import records, rules, source
from deckbuilder.anatomy.library import Library
from deckbuilder.records.salvage import Lost
from deckbuilder.rules.rule import Found, Seen


def found(name: str, text: str) -> list[Found]:
    """What a rule finds in records without neighbors."""
    documents, unreadable = source.parse(source.File("cards/x.yaml", text))
    parsed, malformed = records.parse(documents)
    assert not unreadable + malformed
    library = Library(parsed)
    seen = Seen(library, rules.settings(library), rules.defaults(), lost=Lost())
    return [each for each in rules.RULES[name].check(seen) if isinstance(each, Found)]


def asked(answer: str, why: str = "It is so.") -> str:
    return f"question: q\nask: Which one?\nanswer: {answer!r}\ntopic: anatomy\nwhy: {why!r}\nsources: book\n"


@pytest.mark.parametrize(
    ("rule", "typed", "mended"),
    [
        ("not-preferred-term", "Common peroneal nerve", "Common fibular nerve"),
        ("not-preferred-term", "Peroneal nerve", "Fibular nerve"),
        ("not-preferred-term", "By the Achilles tendon", "By the calcaneal tendon"),
        ("doubled-word", "On the the tibia", "On the tibia"),
        ("doubled-word", "The tibia , above", "The tibia, above"),
    ],
)
def test_what_can_only_be_meant_one_way_is_mended(rule: str, typed: str, mended: str) -> None:
    hits = found(rule, asked(typed))

    assert [each.fix and each.fix.value for each in hits] == [mended]


@pytest.mark.parametrize(
    ("rule", "typed"),
    [
        ("not-preferred-term", "An agonist"),  # 'an prime mover'
        ("not-preferred-term", "Peroneal nerve, Peroneal artery"),
        ("doubled-word", "The muscle muscle"),
    ],
)
def test_what_may_be_meant_in_two_ways_is_told_and_left(rule: str, typed: str) -> None:
    hits = found(rule, asked(typed))

    assert [each.fix for each in hits] == [None]


def test_a_sentence_with_gaps_is_never_mended_by_itself() -> None:
    text = (
        "cloze: c\ntext: Round the fibula winds the {1|peroneal} nerve of the the leg\ntopic: anatomy\nsources: book\n"
    )

    hits = found("not-preferred-term", text) + found("doubled-word", text)

    assert len(hits) == 2 and all(each.fix is None for each in hits)


@pytest.mark.parametrize(
    ("text", "hits"), [("It is **deep**.", 0), ("It is <b>deep</b>.", 1), ("It costs 5 < 6 & more.", 0)]
)
def test_prose_takes_markdown_and_no_html(text: str, hits: int) -> None:
    assert len(found("unsafe-markup", asked("Soleus", text))) == hits


def test_a_project_that_prefers_another_name_is_not_told_of_ours() -> None:
    ours = "- rules: ours\n  preferred: {achilles tendon: Achilles tendon}\n"
    text = asked("The Achilles tendon").replace("\n", "\n  ").strip()

    assert found("not-preferred-term", f"{ours}- {text}\n") == []
