"""What an author typed is what YAML hands on, or it is told at the value, with the cure: single quotes."""

from __future__ import annotations

import json

import pytest
from support.author import Author

from deckbuilder import source
from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.source import File

CURE = "put the text in single quotes, '…', with '' for an apostrophe; or below a `|`, indented"


def read(text: str) -> tuple[list[dict[str, source.Value]], list[Diagnostic]]:
    documents, faults = source.parse(File("cards/a.yaml", text))
    return [each.value for each in documents], faults


def told(text: str) -> tuple[str, str, str]:
    """Place and rule, message, and cure of the only fault."""
    (found,) = read(text)[1]
    return f"{found.location.line}:{found.location.column} {found.rule}", found.message, found.help


# What a text begins with, the rest of it, and what is said.
OPENERS = {
    "a gap": ("{1|Piriformis} leaves the pelvis", "begins with `{`"),
    "Anki's gap": ("{{c1::Piriformis}} leaves", "begins with `{`"),
    "brackets": ("[sic] as the source says", "begins with `[`"),
    "a link": ("[Link](https://example.org) says so", "begins with `[`"),
    "emphasis": ("*emphasis* comes first", "begins with `*`"),
    "strong emphasis": ("**bold** text", "begins with `*`"),
    "a star": ("* text", "begins with `*`"),
    "an ampersand": ("& text", "begins with `&`"),
    "an entity": ("&amp; text", "begins with `&`"),
    "a percent sign": ("% of the people", "begins with `%`"),
    "an at sign": ("@home", "begins with `@`"),
    "code": ("`code` first", "begins with `` ` ``"),
    "a bar": ("|text|", "begins with `|`"),
    "more than": ("> 5 kg", "begins with `>`"),
    "more than, without a blank": (">5 kg", "begins with `>`"),
    "a dash": ("- 5 degrees", "begins with `- `"),
    "a question": ("? text", "begins with `? `"),
    "a colon": (": text", "a colon followed by a space"),
    "a colon within": ("note: x: y", "a colon followed by a space"),
    "another colon within": ("Range of motion: wide", "a colon followed by a space"),
    "two texts": ('"a" and b', "goes on behind its closing quote"),
    "LaTeX in double quotes": ('"Torque is \\(F d\\)"', r"`\(` means nothing in double quotes"),
    "an unknown letter": ('"\\(\\sigma\\)"', r"`\(` means nothing in double quotes"),
    "half a character": ('"The \\xi of it"', r"`\x` means nothing in double quotes"),
    "an exclamation": ("! Never force a joint", "the `!` is taken for a tag of YAML"),
    "a hash": ("# one of many", "nothing stands here but what follows `#`"),
    "a hash and a number": ("#1 of many", "nothing stands here but what follows `#`"),
    "a number of something": ("vertebra #5 of seven", "the text ends before ` #5`"),
    "more than a number": (">5", "`>` announces lines of text, and none follows"),
    "a bar alone": ("|", "`|` announces lines of text, and none follows"),
}


@pytest.mark.parametrize(("text", "message"), OPENERS.values(), ids=OPENERS)
@pytest.mark.parametrize(
    "around", ["concept: a\nwhy: {}\nname: x\n", "- concept: a\n  why: {}\n  name: x\n", "concept: a\nwhy: {}\n"]
)
def test_text_that_yaml_takes_for_syntax_is_told_at_the_value(text: str, message: str, around: str) -> None:
    message = message.replace("`` ` ``", "```")
    column = around.split("\n")[1].index("{") + 1

    place, said, cure = told(around.replace("{}", text))

    if text != ": text":
        assert place.startswith(f"2:{column} ")
    assert message in said
    assert "single quotes" in cure


@pytest.mark.parametrize(("text", "message"), OPENERS.values(), ids=OPENERS)
def test_the_cure_cures(text: str, message: str) -> None:
    quoted = "'" + text.replace("'", "''") + "'"

    for around in ("concept: a\nwhy: {}\nname: x\n", "concept: a\nwhy: |\n  {}\nname: x\n"):
        (found,), faults = read(around.replace("{}", quoted if "|" not in around else text))
        assert faults == [] and str(found["why"]).strip() == text


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("name: 'Gerdy's tubercle'\n", "2:7"),
        ("name: 'Gerdy's tubercle\nwhy: x\n", "2:7"),
        ("names: [a, 'Gerdy's tubercle']\n", "2:12"),
        ("site: {a: 'Gerdy's tubercle'}\n", "2:11"),
        ("names:\n  - 'Gerdy's tubercle'\n", "3:5"),
    ],
)
def test_an_apostrophe_in_single_quotes_is_told(text: str, place: str) -> None:
    at, said, cure = told("concept: a\n" + text)

    assert at == f"{place} broken-yaml"
    assert said == "an apostrophe in it ends the text that is quoted here"
    assert cure == "write the apostrophe twice: ''"


def test_a_quotation_in_double_quotes_is_told() -> None:
    assert told('concept: a\nname: "the "long" head"\n') == (
        "2:7 broken-yaml",
        'a `"` in it ends the text that is quoted here',
        CURE,
    )


@pytest.mark.parametrize("blank", ["\u00a0", "\u2003", "\u202f", "\u3000", "\u200b", "\ufeff"])
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("concept: a\nwhy:_text\nname: x\n", "2:5"),
        ("concept: a\n__why: text\n", "2:1"),
        ("concept: a\nheads:\n  _ why: text\n", "3:3"),
        ("concept: a\ntags:\n  -_one\n", "3:3"),
        ("concept: a\ntags:\n  -_one\n  -_two\n", "3:4"),
        ("concept: a\ntags:\n- one\n-_two\n", "4:2"),
        ("concept: a\nwhy:_text\n", "2:5"),
        ("concept:_a\n", "1:1"),
        ("-_concept: a\n", "1:1"),
        ("- concept: a\n_ name: b\n", "2:1"),
    ],
)
def test_a_blank_that_is_none_to_yaml_is_told(text: str, place: str, blank: str) -> None:
    if blank == "\ufeff" and text.startswith(("concept:_", "-_concept", "- concept: a\n_")):
        pytest.skip("at the beginning of a line it is a byte order mark")
    _, faults = read(text.replace("_", blank))

    found = [each for each in faults if f"U+{ord(blank):04X}" in each.message]
    assert found and f"{found[0].location.line}" == place.split(":")[0]
    assert found[0].help == "delete it, and write an ordinary space in its place"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (r'"Torque \\(\tau\\) and"', r"`\tau` is no LaTeX in double quotes: YAML makes a tab of `\t`"),
        (r'"\\(\theta\\)"', r"`\theta` is no LaTeX"),
        (r'"density \\(\rho\\)"', r"`\rho` is no LaTeX in double quotes: YAML makes a line break of `\r`"),
        (r'"\\(\nu\\)"', r"`\nu` is no LaTeX in double quotes: YAML makes a line break of `\n`"),
        (r'"\\(\not x\\)"', r"`\not` is no LaTeX"),
        (r'"\\[a\ b\\]"', r"`\ ` is no LaTeX"),
        (r'"\\(\frac{1}{2}\\)"', r"`\frac` is no LaTeX in double quotes: YAML makes a form feed of `\f`"),
        (r'"\\(\beta\\)"', r"YAML makes a backspace of `\b`"),
        (r'"\\(\vec F\\)"', r"YAML makes a vertical tab of `\v`"),
        (r'"\\(\alpha\\)"', r"YAML makes a bell of `\a`"),
        (r'"\\(\eta\\)"', r"YAML makes an escape character of `\e`"),
        (r'"the angle \theta"', r"`\theta` is no LaTeX"),
        (r'"the ratio $\nu$ of it"', r"`\nu` is no LaTeX"),
        (r'"\\(a\\) then \\(\times b\\)"', r"`\times` is no LaTeX"),
    ],
)
def test_latex_in_double_quotes_is_told(text: str, said: str) -> None:
    place, message, cure = told(f"concept: a\nwhy: {text}\nname: x\n")

    assert place == "2:6 lost-text"
    assert said in message
    assert cure.startswith(CURE)


@pytest.mark.parametrize(
    "text",
    [
        r"\u00e9t\u00e9",
        r"30\u00b0",
        r"first line\nsecond line",
        r"one.\nIt is, i.e.\ne.g.",
        r"a \"word\" of it",
        r"\\(\\tau\\) and \\(\\nu\\)",
        r"\\(x\\)\nnext",
        r"C:\\temp\\new",
    ],
)
def test_what_makes_sense_in_double_quotes_is_let_through(text: str) -> None:
    (found,), faults = read(f'concept: a\nwhy: "{text}"\n')

    assert faults == []
    assert found["why"] == json.loads(f'"{text}"')


@pytest.mark.parametrize(
    "text",
    [
        "muscle: a # a comment\nname: Biceps brachii  # another\n",
        "muscle: a\n# a comment\nname: b #\n",
        "muscle: a\nheads:  # of which there are two\n  long: x\n",
        "muscle: a\nname: 'a b' #c\ngroups: [a, b] #c\n",
        "muscle: a\nname: C#\nwhy: it's #1\n".replace(" #1", " no.1"),
        "muscle: a\nwhy: |\n  #1 of many\n  - and - ! more # of it\n",
        "muscle: a\nwhy: >-\n  folded\n  text\n",
        "muscle: a\nwhy: never! Ever ! at all\n",
        "muscle: a\nwhy: Note:\u00a0so it is\u00a0written\n",
        "muscle: a\nwhy: |\n  \u00a0indented\n  -\u00a0dashed\n",
        "muscle: a\nwhy: -5 to 5, 5-6, a -b, x > y | z & * % @ `q`\n",
        "muscle: a\nwhy: https://example.org/a:b\n",
    ],
)
def test_what_is_harmless_is_let_through(text: str) -> None:
    assert read(text)[1] == []


def test_a_comment_that_may_be_text_is_a_warning_and_the_card_is_read() -> None:
    (found,), (warning,) = read("concept: a\nwhy: Set the # of reps\nname: x\n")

    assert found["why"] == "Set the"
    assert (warning.severity, warning.rule, warning.location.line) == ("warning", "lost-text", 2)
    assert "two blanks before `#`" in warning.help


def test_a_text_that_was_to_go_on_behind_a_comment_is_told_at_the_comment() -> None:
    place, said, cure = told("concept: a\nwhy: one # two\n  goes on\n")

    assert place == "2:10 broken-yaml"
    assert "is a comment" in said and cure == CURE


def test_a_colon_without_a_blank_is_told() -> None:
    assert told("concept: a\nwhy:text\nname: x\n") == (
        "2:4 broken-yaml",
        "a blank is missing after the colon",
        "write it as `key: value`",
    )


def test_text_that_goes_on_below_is_told_where_it_begins() -> None:
    place, said, _ = told("concept: a\nwhy: The range\n  is: wide: at times\n")

    assert place == "2:6 broken-yaml"
    assert "a colon followed by a space" in said


@pytest.mark.parametrize("text", ["!important text", "!!str 5", "! [a]", "! {a: b}"])
def test_a_tag_is_told_with_its_cure(text: str) -> None:
    place, _, cure = told(f"concept: a\nwhy: {text}\n")

    assert place.startswith("2:6 ") and "single quotes" in cure


@pytest.mark.parametrize(("text", "found"), [("{1|Piriformis}", "a mapping"), ("[a]", "a list")])
def test_a_text_that_is_all_brackets_is_told_with_its_cure(author: Author, text: str, found: str) -> None:
    author.edit("cards/concepts.yaml", "  topic:", f"  why: {text}\n  topic:")

    (fault,) = author.check()

    assert fault.message == f"why: expected text, found {found}"
    assert "single quotes" in fault.help


def test_the_same_holds_for_the_deck_and_for_templates(author: Author) -> None:
    author.take_templates()
    author.edit("cards/deck.yaml", "name: ", "about: '\nname: ".replace("'\n", "! x\n"))
    author.edit("templates/group/notetype.yaml", "name: ", "name: ! ")

    found = {(each.location.path, each.rule) for each in author.check()}

    assert {("cards/deck.yaml", "lost-text"), ("templates/group/notetype.yaml", "lost-text")} <= found
