"""`check` as a person calls it, on cards that the linter has something to say about."""

from __future__ import annotations

from click.testing import CliRunner, Result

from deckbuilder.cli import cli
from deckbuilder.rules import RULES
from support.author import Author

BICEPS, QUESTIONS = "cards/muscles/biceps-brachii.yaml", "cards/questions.yaml"


TYPO = "radial-tuberosty"


def question(id: str, ask: str = "Does it cross the elbow?", more: str = "") -> str:
    return f"""\
- question: {id}
  ask: {ask}
  answer: "Yes"
  topic: anatomy
  regions: [arm]
  sources: openstax-ap2e-11-5
{more}"""


def quiet(author: Author) -> Author:
    """Only two rules are asked, whatever others there are; what rendering relies on always is."""
    others = (name for name, rule in RULES.items() if not rule.guard and name not in ("yes-no", "unused-suppression"))
    author.write("cards/quiet.yaml", "rules: quiet\nseverity:\n" + "".join(f'  {name}: "off"\n' for name in others))
    return author


def check(author: Author, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["check", "--project", str(author.root), *arguments], catch_exceptions=False)
