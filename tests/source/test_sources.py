"""The YAML border: what is read, what is refused and where, and that text stays text all the way into the package."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.asked import examples
from support.author import ROOT, Author

from deckbuilder import lock as locks
from deckbuilder import records, source
from deckbuilder.package import reader
from deckbuilder.source import Document, File, Path_, Value

BRACHIALIS = "cards/muscles/brachialis.yaml"
STARTER = (ROOT / "deckbuilder/starter" / BRACHIALIS).read_text("utf-8")


def read(text: str) -> Document:
    """The one record of a text without a fault."""
    (document,), faults = source.parse(File("cards/a.yaml", text))
    assert faults == []
    return document


def fault(text: str) -> str:
    """The one fault of a text."""
    _, (found,) = source.parse(File("cards/a.yaml", text))
    assert found.help
    return str(found).splitlines()[0]


def value(scalar: str) -> Value:
    return read(f"term: {scalar}\n").value["term"]


@pytest.mark.parametrize(
    "text",
    [
        "12:30",
        "L5",
        "1_000",
        "0b11",
        "0xyz",
        "1.2.3",
        "2026-11-22",
        "2026-11",
        "=",
        "<<",
        "1e",
        ".inf",
        "+1 kg",
        "Nо",
    ],
)
def test_what_only_yaml_1_1_reads_as_something_else_is_text(text: str) -> None:
    assert value(text) == text


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("0o17", 15),
        ("017", 17),
        ("0x1F", 31),
        ("-7", -7),
        ("+7", 7),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("69.5", 69.5),
        ("1.", 1.0),
        ("null", None),
        ("~", None),
        ("", None),
        ("true", True),
        ("False", False),
        ("'true'", "true"),
        ('"12"', "12"),
        ("'no'", "no"),
    ],
)
def test_scalars_are_those_of_the_core_schema(text: str, meant: Value) -> None:
    found = value(text)

    assert found == meant
    assert type(found) is type(meant)


@pytest.mark.parametrize("text", ["9" * 5_000, "-" + "9" * 5_000, "0x" + "f" * 5_000, "0o" + "7" * 9_000])
def test_a_number_of_absurd_length_stays_text(text: str) -> None:
    assert value(text) == text


@pytest.mark.parametrize("word", ["no", "No", "NO", "yes", "on", "OFF", "y", "N"])
def test_a_word_that_editors_disagree_about_is_refused_at_its_place(word: str) -> None:
    assert fault(f"term: a\nname:   {word}\n").startswith(f"cards/a.yaml:2:9: ambiguous-word: a bare `{word}`")


REFUSED = {
    "a duplicate key": ("term: a\nname: b\n  \nname: c\n", "4:1: duplicate-key: the key 'name' stands here twice"),
    "a duplicate key inside": ("term: a\nname: {b: c, b: d}\n", "2:14: duplicate-key: the key 'b' stands here twice"),
    "a tab as indentation": ("term: a\nname:\n\tb: c\n", "3:1: tab: YAML does not allow tabs"),
    "an anchor": ("term: &a b\nname: *a\n", "1:7: yaml-alias: anchors (&) and aliases (*)"),
    "an alias": ("term: a\nname: *b\n", "2:7: yaml-alias: anchors (&) and aliases (*)"),
    "a custom tag": ("term: a\nname: !python/object:os.system x\n", "2:7: yaml-tag: the YAML tag"),
    "a standard tag": ("term: a\nname: !!str 5\n", "2:7: yaml-tag: the YAML tag 'tag:yaml.org,2002:str' has no"),
    "a tagged list": ("term: a\nname: !!set [x]\n", "2:7: yaml-tag: the YAML tag"),
    "a raw control character": ("term: a\nname: b\x1fc\n", "2:8: control-character: the file holds the control"),
    "an escaped control character": (
        'term: a\nname: "b\\x1fc"\n',
        "2:7: control-character: the text holds an invisible",
    ),
    "a control character in a key": (
        'term: a\n"na\\x1bme": b\n',
        "2:1: control-character: the text holds an invisible",
    ),
    "a line end of no editor": ("term: a\nname: b\u2028c\n", "2:8: control-character: the file holds the control"),
    "half a character": ('term: a\nname: "\\ud800"\n', "2:10: broken-yaml: this is not valid YAML"),
    "a quote that never ends": ("term: a\nname: 'it\nmeans: x\n", "2:7: broken-yaml: the quote that opens here"),
    "a bracket that never ends": ("term: [\n", "2:1: broken-yaml: this is not valid YAML"),
    "a list without its end": ("term: a\nname: [b, c\nmeans: d\n", "2:7: broken-yaml: the `[` that opens here"),
    "a line without a colon": ("term: a\nname b\nmeans: c\n", "2:1: broken-yaml: this line has no `:` after its key"),
    "a colon in plain text": ("term: a\nname: b: c\n", "2:7: broken-yaml: a colon followed by a space"),
    "text that begins with an at sign": ("term: a\nname: @b\n", "2:7: broken-yaml: no text begins with `@`"),
    "a key that is a list": ("term: a\n? [b]\n: c\n", "2:3: bad-key: a key must be a word"),
    "a file that is a word": ("hello\n", "1:1: not-a-record: a record is a list of `key: value` lines"),
    "a list of words": ("- term: a\n- hello\n", "2:3: not-a-record: a record is a list of `key: value` lines"),
}


@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_explained_at_its_very_place(text: str, said: str) -> None:
    assert fault(text).startswith(f"cards/a.yaml:{said}")


@pytest.mark.parametrize(
    ("text", "said"), [each for name, each in REFUSED.items() if name != "a bracket that never ends"]
)
def test_the_place_is_the_same_with_the_line_ends_of_windows(text: str, said: str) -> None:
    assert fault(text.replace("\n", "\r\n")).startswith(f"cards/a.yaml:{said}")


@pytest.mark.parametrize(
    "text",
    [
        "term: " + "[" * 100_000,
        "term: " + "{a: " * 100_000,
        "- " * 100_000 + "a",
        "? " * 100_000 + "a",
        "".join(f"{' ' * depth}a:\n" for depth in range(3_000)),
        "term:\n" + "".join(f"{' ' * depth}- a:\n" for depth in range(1, 200, 2)),
        "term: " + "[\n " * 3_000,
        "term: " + "[" * 900 + "]" * 900,
        "term: " + "[a: " * 3_000,
        "term: " + "[? " * 3_000,
        "term: " + "[!a " * 3_000,
        "term: " + '["[", ' * 3_000,
        "term: " + "['it''s [', # {\n " * 3_000,
        "term: |\n " + "[" * 3_000 + "\nmeans: " + "[" * 3_000,
        "term: it's [[[ # [[[\nmeans: " + "{a: [" * 3_000,
        "term: " + "[" * 27 + "]" * 27 + "\nmeans: {",
    ],
    ids=[
        "lists",
        "mappings",
        "dashes",
        "question marks",
        "indentation",
        "both",
        "a list a line",
        "lists that close",
        "keys of lists",
        "keys that are asked for",
        "tags",
        "double quotes",
        "single quotes and comments",
        "behind a block",
        "behind a plain text",
        "before another fault",
    ],
)
def test_nesting_without_end_is_a_fault_and_no_crash(text: str) -> None:
    assert "too-deep: nested more than 24 levels deep" in fault(text)


@pytest.mark.parametrize(
    "text",
    [
        "term: |\n  " + "[" * 3_000 + "\n",
        "term: '" + "[{" * 3_000 + "'\n",
        'term: "' + "[{" * 3_000 + '"\n',
        "term: a # " + "[" * 3_000 + "\n",
        "term: a " + "[" * 3_000 + "\n",
        "".join(f"- term: {{a: [{place}, {{b: c}}]}}\n" for place in range(3_000)),
    ],
    ids=["a block", "single quotes", "double quotes", "a comment", "a plain text", "many small ones"],
)
def test_brackets_that_open_nothing_are_no_nest(text: str) -> None:
    assert source.parse(File("cards/a.yaml", text))[1] == []


def test_what_is_no_yaml_behind_many_brackets_is_told_for_itself() -> None:
    assert fault("term: [" + "[a], " * 500 + "]]\n").startswith("cards/a.yaml:1:7: broken-yaml")


def test_an_alias_bomb_is_refused_before_it_is_built() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))

    assert fault(bomb).startswith("cards/a.yaml:1:5: yaml-alias")


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "---\n# nothing\n---\n", "[]\n"])
def test_a_file_without_a_record_is_a_warning(text: str) -> None:
    documents, (found,) = source.parse(File("cards/a.yaml", text))

    assert documents == []
    assert (found.rule, found.severity) == ("empty-file", "warning")


@pytest.mark.parametrize(
    "text",
    [
        "term: a\n---\nterm: b\n---\nterm: c\n",
        "- term: a\n- term: b\n- term: c\n",
        "---\n- term: a\n- term: b\n---\n\nterm: c\n",
        "%YAML 1.2\n---\nterm: a\n...\n---\n- {term: b}\n- {term: c}\n",
    ],
    ids=["documents", "a list", "both", "with a directive"],
)
def test_a_file_may_hold_several_records(text: str) -> None:
    documents, faults = source.parse(File("cards/a.yaml", text))

    assert faults == []
    assert [each.value["term"] for each in documents] == ["a", "b", "c"]
    for each in documents:
        line = text.splitlines()[each.locate().line - 1]
        assert line[each.locate(("term",)).column - 1 :].startswith(str(each.value["term"]))


def test_a_record_at_fault_leaves_the_others_of_its_file_readable() -> None:
    documents, faults = source.parse(File("cards/a.yaml", "- term: a\n- term: b\n  name: no\n- term: c\n"))
    found, more = records.parse(documents)

    assert [str(each.location) for each in faults] == ["cards/a.yaml:3:9"]
    assert [each.faulty for each in documents] == [False, True, False]
    assert {each.location.line for each in more} == {1, 4}, "the faulty record is not explained twice"
    assert found == []


def test_every_value_and_key_has_its_place() -> None:
    document = read("muscle: a\norigin: {b: c,\n  d: e}\ngroups: [f, g]\nheads:\n  h:\n    nerve: i # j\n")

    places = [
        document.locate(("muscle",)),
        document.locate(("origin", "d")),
        document.locate(("origin", "d"), key=True),
        document.locate(("groups", 1)),
        document.locate(("groups", "g")),
        document.locate(("heads", "h", "nerve", "i")),
        document.locate(("heads", "h", "nerve"), key=True),
        document.locate(("heads", "h", "missing")),
    ]

    assert [(each.line, each.column) for each in places] == [
        (1, 9),
        (3, 6),
        (3, 3),
        (4, 13),
        (4, 13),
        (7, 12),
        (7, 5),
        (7, 5),
    ]


def test_columns_count_characters_and_not_bytes() -> None:
    assert fault("term: a\nname: {ü: é, 你: no}\n").startswith("cards/a.yaml:2:17: ambiguous-word")


# Bytes


def explained(tmp_path: Path, data: bytes) -> list[str]:
    path = tmp_path / "a.yaml"
    path.write_bytes(data)
    documents, faults = source.read([path], tmp_path)
    return [str(each).splitlines()[0] for each in faults] or [str(each.value) for each in documents]


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    assert explained(tmp_path, b"\xef\xbb\xbfterm: a\n") == ["{'term': 'a'}"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_characters_are_named_for_what_they_are(tmp_path: Path, encoding: str) -> None:
    assert explained(tmp_path, "term: a\n".encode(encoding)) == ["a.yaml:1:1: encoding: the file is saved as UTF-16"]


def test_latin_1_is_refused_at_its_first_byte(tmp_path: Path) -> None:
    assert explained(tmp_path, "term: ü\nname: ".encode() + "é\n".encode("latin-1")) == [
        "a.yaml:2:7: encoding: the byte 0xe9 is not UTF-8"
    ]


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    assert explained(tmp_path, b"#" * (source.MAX_BYTES + 1)) == ["a.yaml: too-large: the file is larger than 4 MiB"]


def test_line_ends_of_windows_change_nothing(tmp_path: Path) -> None:
    text = "term: a\nmeans: |\n  one\n\n  two\nname: >-\n  three\n  four\n"

    assert explained(tmp_path, text.replace("\n", "\r\n").encode()) == explained(tmp_path, text.encode())


def test_a_picture_may_be_named_with_a_backslash(author: Author) -> None:
    author.write("cards/media/arm/front.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
    author.edit(BRACHIALIS, "region: arm", "region: arm\npicture: {file: 'arm\\front.svg', alt: An arm}")

    built = author.build()

    assert built.written.media == 1


@pytest.mark.parametrize(
    "name", ["C:\\\\arm.svg", "\\\\\\\\server\\\\arm.svg", "..\\\\deck.yaml", "/etc/passwd", "arm.svg\\0.png"]
)
def test_a_picture_from_elsewhere_is_refused_however_it_is_spelt(author: Author, name: str) -> None:
    author.edit(BRACHIALIS, "region: arm", f'region: arm\npicture: {{file: "{name}", alt: An arm}}')

    (found,) = author.check()

    assert (found.rule, found.location.line) in {("picture", 5), ("control-character", 5)}


# Text stays text


def packaged(author: Author) -> tuple[dict[str, str], int]:
    """The fields of brachialis in the built package, and the number of cards in all."""
    path = author.build().path
    contents = reader.read(path)
    names = {each.id: each.names for each in contents.note_types}
    note = next(each for each in contents.notes() if each.guid == locks.guid("arm", "muscle/brachialis"))
    return dict(zip(names[note.note_type_id], note.fields, strict=True)), contents.card_count


HOSTILE = [
    "{{c1::x}}",
    "{{c1::x::hint}} and {{Name}} and {{#Name}}",
    "[sound:a.mp3]",
    "[anki:play:q:0] [$]x[/$] [latex]x[/latex]",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</details></section><!-- --> &lt;b&gt; &amp;amp;",
    "{{ record.name }} {% raw %} {# x #} [[kind]] [% if %]",
    "\"><a href='javascript:alert(1)'>",
    "{1|gap} {{{{{{ }}}}}} ::::",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("where", ["name", "latin", "detail", "why"])
def test_text_means_nothing_to_jinja_anki_or_html(author: Author, text: str, where: str) -> None:
    quoted = json.dumps(text)
    edits = {
        "name": ("name: Brachialis", f"name: {quoted}", "Name"),
        "latin": ("latin: Musculus brachialis", f"latin: {quoted}", "Name Latin"),
        "detail": ("{shaft-of-humerus: front of its lower part}", f"{{shaft-of-humerus: {quoted}}}", "Origin"),
        "why": ("region: arm", f"region: arm\nwhy: {quoted}", "Why"),
    }
    old, new, field = edits[where]
    author.edit(BRACHIALIS, old, new)

    fields, cards = packaged(author)

    assert cards == 26
    assert text in shown(fields[field])
    for each in fields.values():
        assert not re.search(
            r"\{\{|\}\}|\[sound:|\[anki:|\[latex\]|\[\$\]|<script|<img|<!--|<a href=.javascript|<a href='", each
        )


@pytest.mark.parametrize("link", ["[x](javascript:alert(1))", "[x](data:text/html,y)", "<javascript:alert(1)>"])
def test_a_link_leads_to_a_page_or_stays_text(author: Author, link: str) -> None:
    author.edit(BRACHIALIS, "region: arm", f"region: arm\nwhy: {json.dumps(link + ' [y](https://example.org)')}")

    fields, _ = packaged(author)

    assert re.findall(r"<a[^>]*>", fields["Why"]) == ['<a href="https://example.org">']
    assert "x" in shown(fields["Why"]) or "javascript" in shown(fields["Why"])


def test_mathjax_is_let_through_in_prose_and_nowhere_else(author: Author) -> None:
    author.edit(BRACHIALIS, "region: arm", r"region: arm" + "\n" + r"why: 'Torque is \(r \times F < {5}\).'")
    author.edit(BRACHIALIS, "latin: Musculus brachialis", r"latin: 'x \(y\) z'")

    fields, _ = packaged(author)

    assert r"\(r \times F &lt; &#123;5&#125;\)" in fields["Why"]
    assert r"\(" not in fields["Name Latin"]


def shown(field: str) -> str:
    """What a field reads as: tags off, then entities; the joiner that keeps a backslash from MathJax is not seen."""
    return html.unescape(re.sub(r"<[^<>]*>", "", field)).replace("\u2060", "")


def normal(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))


# JSON strings are YAML; what no source may hold is refused elsewhere. A joiner of the author's own is not told apart.
LETTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufffe\uffff\u2060\ufeff")
TEXT = st.text(LETTERS, min_size=1, max_size=80).filter(lambda text: text.strip() != "")
WORDS = st.lists(
    st.sampled_from([*HOSTILE, "\\(", "\\)", "\\", "|", "a", " ", "<", "&", "{{", "}}", "::"]), min_size=1
).map("".join)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Author:
    """A project for many examples, each of which writes one file anew."""
    return Author(tmp_path_factory.mktemp("shelf") / "project")


@settings(max_examples=examples(35), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(detail=TEXT | WORDS.filter(lambda text: text.strip() != ""))
def test_any_text_as_a_detail_reads_the_same_on_the_card_and_adds_none(shelf: Author, detail: str) -> None:
    quoted = json.dumps(detail, ensure_ascii=False)
    shelf.write(BRACHIALIS, STARTER.replace("front of its lower part", quoted))

    fields, cards = packaged(shelf)

    assert cards == 26
    assert normal(detail) in normal(shown(fields["Origin"]))
    assert "\x1f" not in "".join(fields.values())


@settings(max_examples=examples(35), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(why=TEXT | WORDS.filter(lambda text: text.strip() != ""))
def test_any_prose_builds_adds_no_card_and_keeps_its_words(shelf: Author, why: str) -> None:
    shelf.write(BRACHIALIS, f"{STARTER}why: {json.dumps(why, ensure_ascii=False)}\n")

    fields, cards = packaged(shelf)

    words = [word for word in re.findall(r"\w+", normal(why)) if word.isalnum()]
    assert cards == 26
    assert [word for word in words if word not in shown(fields["Why"])] == []
    assert not re.search(r"\{\{|\}\}|\[sound:|<script|<img|<!--", fields["Why"])


@settings(max_examples=examples(200), deadline=None)
@given(
    st.text(max_size=120)
    | st.lists(st.sampled_from([*"a:-?[]{}#&*!|>'\"% \n\t", "term", "no"]), max_size=40).map("".join)
)
def test_whatever_a_file_holds_it_is_read_or_explained(text: str) -> None:
    documents, faults = source.parse(File("cards/a.yaml", text))
    _, more = records.parse(documents)

    assert documents or faults
    lines = text.count("\n") + text.count("\r") + 1
    for each in [*faults, *more]:
        assert each.message and each.help
        assert 0 <= each.location.line <= lines + 1


def test_a_place_found_in_the_lines_of_one_record_is_the_place_in_the_file() -> None:
    def within(value: Any, path: Path_ = ()) -> Iterator[Path_]:
        yield path
        steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for step, each in steps:
            yield from within(each, (*path, step))

    files = sorted([*(ROOT / "cards").rglob("*.yaml"), *(ROOT / "tests/example").rglob("*.yaml")])
    documents, _ = source.read(files, ROOT)
    for document in documents:
        whole = replace(document, span=None)
        for path in within(document.value):
            assert document.locate(path) == whole.locate(path)
            assert document.locate(path, key=True) == whole.locate(path, key=True)
            assert document.find(path, "the") == whole.find(path, "the")
