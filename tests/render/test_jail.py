"""A project's own templates see what a list names, and no more; and what they take of time and memory is bounded."""

from __future__ import annotations

import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import time
import types
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

import psutil
import pytest
from jinja2 import DictLoader, StrictUndefined, Undefined
from jinja2.environment import TemplateModule
from jinja2.runtime import BlockReference, LoopContext, Macro, TemplateReference
from jinja2.utils import Cycler, Joiner, Namespace
from pydantic import BaseModel
from support.author import ROOT, Author

from deckbuilder import records
from deckbuilder.anatomy.library import Library
from deckbuilder.anki.notes import Media
from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.core.project import find
from deckbuilder.records import NOTE_KINDS
from deckbuilder.records.base import Subject
from deckbuilder.render import cards, compiled, filled, jail, limits, seen
from deckbuilder.render.drawn import DrawnPicture
from deckbuilder.render.explained import Wrong
from deckbuilder.render.fields import FIELDS, Fields
from deckbuilder.render.jail import Jail, Stopped
from deckbuilder.render.limits import Limits, OffLimits
from deckbuilder.render.sandbox import Call, Sandbox, Veiled
from deckbuilder.render.wire import Cards, Notes
from deckbuilder.workspace import Workspace

FIELD = "templates/muscle/fields.html.j2"
CARD = "templates/muscle/cards/origin.html.j2"
OF_CARDS = (("{{", "[["), ("}}", "]]"), ("{%", "[%"), ("%}", "%]"))
FOREVER = "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}"


SMALL = replace(limits.LIMITS, each=0.5, memory=100 * 1024**2)


@pytest.fixture
def stranger(author: Author) -> Author:
    """Somebody with templates of their own."""
    author.take_templates()
    return author


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that are reached soon, and by nothing that ends well, though the machine may be slow."""
    for module in (filled, cards):
        monkeypatch.setattr(module, "LIMITS", replace(SMALL, each=1.5))


def added(stranger: Author, name: str, code: str) -> int:
    """With the code in a template, in the braces of that; the line that it then stands in."""
    text = stranger.read(name)
    if name == FIELD:
        stranger.write(name, f"\n\n{code}\n{text}")
        return 3
    for braces, of_cards in OF_CARDS:
        code = code.replace(braces, of_cards)
    mark = "[% block answer %]"
    stranger.write(name, text.replace(mark, f"{mark}\n{code}\n", 1))
    return text[: text.index(mark)].count("\n") + 2


def only(stranger: Author) -> Diagnostic:
    before = stranger.state()
    (fault,) = stranger.attempt().diagnostics
    assert stranger.state() == before
    return fault


@pytest.fixture
def new_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """None that is there already, and none of these left behind."""
    monkeypatch.setattr(jail, "_idle", [])
    yield
    jail._end_all()


@dataclass
class Kitchen:
    """Templates without a project around them, filled as those of one are: hundreds take a second."""

    folder: Path
    request: Notes

    def wrong(self, code: str, *, card: bool = False, limits: Limits = SMALL) -> Wrong:
        """What is told of the code, which stands in line 3."""
        name = "muscle/card" if card else "muscle/fields.html.j2"
        for braces, of_cards in OF_CARDS if card else ():
            code = code.replace(braces, of_cards)
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"\n\n{code}\n", "utf-8")
        request = Cards(limits, name, ({},)) if card else replace(self.request, limits=limits)
        with jail.jail() as process:
            try:
                told = [
                    each
                    for message in process.ask(request, self.folder, name, lambda *_: None)
                    for each in message.get("wrong", ())
                ]
            except Stopped as stopped:
                return stopped.wrong
            (wrong,) = told
            return process.wrong(wrong)


@pytest.fixture(scope="module")
def kitchen(tmp_path_factory: pytest.TempPathFactory) -> Kitchen:
    folder = tmp_path_factory.mktemp("templates")
    for name in ("fields", "parts", "citation"):
        (folder / "_shared").mkdir(exist_ok=True)
        (folder / "_shared" / f"{name}.html.j2").write_text("", "utf-8")
    library = of_example()
    at = next(place for place, record in enumerate(library.records.values()) if record.kind == "muscle")
    assert library.deck is not None
    return Kitchen(
        folder, Notes(SMALL, list(library.records.values()), library.drawings, library.deck, [(at, 0, None)], ())
    )


def of_example() -> Library:
    project = find(ROOT / "tests" / "example")
    return Workspace(project).library


# What a template sees


def test_templates_that_are_a_copy_of_the_shipped_ones_give_the_same_package(author: Author) -> None:
    shipped = author.build().path.read_bytes()
    notes = author.read("cards/deck.lock")
    author.take_templates()
    author.now -= 60

    assert author.build().path.read_bytes() == shipped
    assert author.read("cards/deck.lock") == notes


def test_every_kind_of_note_reads_alike_under_templates_of_ones_own(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tests" / "example", tmp_path / "own")
    here = Workspace(find(tmp_path / "own"))
    assert here.notes
    shutil.copytree(ROOT / "templates", tmp_path / "own" / "templates")
    apart = Workspace(find(tmp_path / "own"))

    assert here.rendered and apart.rendered
    assert {note.kind for note in apart.rendered.notes} == set(NOTE_KINDS)
    assert [(each.fields, each.ordinals) for each in apart.rendered.notes] == [
        (each.fields, each.ordinals) for each in here.rendered.notes
    ]
    assert apart.rendered.note_types == here.rendered.note_types
    assert apart.findings == here.findings


REACHING = {
    "pickle": '{{ record.parse_raw("", proto="pickle", allow_pickle=True) }}',
    "copy": "{{ record.model_copy() }}",
    "files": '{{ drawn("biceps-brachii", "plain").media.path.joinpath("/x") }}',
    "source": "{{ record.document.file.path }}",
    "class": '{{ "".__class__ }}',
    "item": '{{ record["__class__"] }}',
    "attr": '{{ record|attr("__class__") }}',
    "map": '{{ [record]|map(attribute="__class__")|first|string }}',
    "nested-map": '{{ [record]|map(attribute="name.__class__")|first|string }}',
    "groupby": '{{ ([record]|groupby("__class__"))[0][0]|string }}',
    "sum": '{{ [record]|sum(attribute="__class__") }}',
    "selectattr": '{{ [record]|selectattr("__class__.x", "eq", 1)|list }}',
    "globals": "{{ cap.__globals__ }}",
    "self": "{{ cap.__self__ }}",
    "view": "{{ record._it }}",
    "call": "{{ library.name._call }}",
    "private": "{{ library._members }}",
    "format": '{{ "{0.__class__}".format(record) }}',
    "format-map": '{{ "{a.__class__}".format_map({"a": record}) }}',
    "markup-format": '{{ ("{0.__class__}"|safe).format(record) }}',
    "generator": "{{ ([1]|map('string')).gi_frame }}",
    "coroutine": "{{ ([1]|map('string')).cr_frame }}",
    "macro": "{% macro m() %}{% endmacro %}{{ m._func.__globals__ }}",
    "caller": "{% macro m() %}{{ caller._func }}{% endmacro %}{% call m() %}{% endcall %}",
    "loop": "{% for i in [1] %}{{ loop._iterator }}{% endfor %}",
    "module": '{% import "_shared/parts.html.j2" as parts %}{{ parts.__dict__ }}',
    "self-block": "{{ self._TemplateReference__context }}",
    "cycler": "{{ cycler.__init__.__globals__ }}",
    "cycled": "{{ cycler(1).__init__ }}",
    "namespace": "{{ namespace().__init__.__globals__ }}",
    "dict": "{{ dict.__base__ }}",
    "undefined": "{{ nothing.__init__ }}",
    "chance": "{{ [1]|random }}",
    "inside": "{{ record|pprint }}",
    "text": "{{ record|string }}",
    "lipsum": "{{ lipsum.__globals__ }}",
    "extension": "{% do record %}",
    "debug": "{% debug %}",
    "outside": '{% include "../cards/deck.yaml" %}',
    "absolute": '{% include "/etc/hostname" %}',
}


@pytest.mark.parametrize("code", REACHING.values(), ids=REACHING)
def test_a_template_gets_nothing_but_what_is_on_the_list(kitchen: Kitchen, code: str) -> None:
    fault = kitchen.wrong(code)

    assert (fault.name, fault.line) == ("muscle/fields.html.j2", 3), fault
    assert not re.search(r"object at 0x|deckbuilder\.|pydantic|<class|jinja2\.", fault.message), fault


def test_a_command_in_a_record_is_not_run(stranger: Author) -> None:
    owned = stranger.root / "owned"
    command = pickle.dumps(Runs(str(owned)), 0).decode("ascii")
    line = added(
        stranger, FIELD, "{{ record.parse_raw(" + json.dumps(command) + ", proto='pickle', allow_pickle=True) }}"
    )

    fault = only(stranger)

    assert not owned.exists()
    assert (fault.location.path, fault.location.line) == (FIELD, line)
    assert fault.message == "a template may see no 'parse_raw' of the muscle record 'biceps-brachii'"


class Runs:
    """Makes a file when it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (self.path,)


def test_a_file_beside_a_picture_is_not_written(stranger: Author) -> None:
    owned = stranger.root / "owned"
    stranger.write("cards/media/a.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
    stranger.edit(
        "cards/muscles/biceps-brachii.yaml", "name:", "picture: {file: a.svg, alt: An arm, credit: Me}\nname:"
    )
    line = added(
        stranger,
        FIELD,
        "{% if media %}{{ media.path.joinpath(" + json.dumps(str(owned)) + ").write_text('x') }}{% endif %}",
    )

    fault = only(stranger)

    assert not owned.exists()
    assert (fault.location.path, fault.location.line) == (FIELD, line)
    assert fault.message.startswith("a template may see no 'path' of a picture")


def test_a_list_that_is_printed_says_nothing_of_what_is_in_it(stranger: Author) -> None:
    added(stranger, FIELD, "{% set Hint %}{{ [record, cap, library.name]|list|string }}{% endset %}")
    stranger.edit("templates/_shared/fields.html.j2", "{% set Hint %}{{ record.hint }}{% endset %}", "")

    rendered = loaded(stranger).rendered

    hints = {
        note.fields[rendered.note_types["muscle"].names.index("Hint")]
        for note in rendered.notes
        if note.kind == "muscle"
    }
    assert all("the muscle record" in hint and " object " not in hint and "0x" not in hint for hint in hints)


def loaded(author: Author) -> Any:
    found = Workspace(author.project)
    assert found.rendered is not None
    return found


@pytest.mark.parametrize("name", ["muscle/own.html.j2", "muscle/cards/own.html.j2"])
@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_that_leads_out_is_not_read_even_where_it_is_told(stranger: Author, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.txt").write_text("the secret", "utf-8")
    (stranger.root / "templates" / name).symlink_to(tmp_path / "secret.txt")
    added(stranger, FIELD, '{% set Hint %}{% include "' + name + '" %}{% endset %}')

    faults = stranger.check()

    assert {"outside-project"} == {fault.rule for fault in faults}
    assert not any("the secret" in field for note in loaded(stranger).rendered.notes for field in note.fields)


def test_a_name_that_is_nearly_on_the_list_is_told_in_a_sentence(stranger: Author) -> None:
    added(stranger, FIELD, "{{ library.synergist(record) }}")

    fault = only(stranger)

    assert fault.message == "a template may see no 'synergist' of the library; did you mean 'synergists'?"
    assert fault.help == "docs/templates.md lists what a template may see and do"


def test_the_manual_of_templates_names_all_that_is_on_the_list() -> None:
    manual = (ROOT / "docs" / "templates.md").read_text("utf-8")
    told = set(re.findall(r"[\w!=<>]+", " ".join(re.findall(r"`([^`]+)`", manual))))

    names = (
        set(seen.FILTERS.split()) | set(seen.GLOBALS.split()) | {name for name in seen.TESTS.split() if name.isalpha()}
    )
    for sights in (seen.OURS, seen.PLAIN):
        for each in sights.values():
            names |= each.values | each.calls
    for each in (seen.LOOP, seen.MACRO, seen.BLOCK, seen.CYCLER, seen.GROUPED):
        names |= each.values | each.calls
    sandbox = Sandbox()
    Fields(sandbox, Library([]), records.Deck.model_construct(), lambda id, which: None)
    names |= set(sandbox.globals) | set(sandbox.filters)

    assert names - told == set()


# The walk: from all that a template can name, over all that the environment lets it follow

PLAIN = (*seen.PLAIN, Veiled, Call, LoopContext, Macro, BlockReference, TemplateReference, TemplateModule)
PLAIN += (
    StrictUndefined,
    Namespace,
    Cycler,
    Joiner,
    types.GeneratorType,
    type({}.items()),
    type({}.keys()),
    type({}.values()),
)
ALIKE = 2
EVERY = """
{% extends "base" %}
{% import "parts" as imported %}
{% macro m(a) %}{{ catch(caller) }}{{ catch(varargs) }}{{ catch(kwargs) }}{% endmacro %}
{% block b %}
{% for i in [1, 2] recursive %}{{ catch(loop) }}{% endfor %}
{{ catch(self) }}{{ catch(super) }}{{ catch(cycler(1, 2)) }}{{ catch(joiner()) }}{{ catch(namespace(a=record)) }}
{% macro n() %}{{ catch(caller) }}{% endmacro %}{% call n() %}{% endcall %}
{{ catch(n) }}{{ catch([record]|map("string")) }}{{ catch([record]|groupby("id")) }}{{ catch([record]|batch(2)) }}
{{ catch(dict(a=1).items()) }}{{ catch(range(3)) }}{{ catch("a"|safe) }}{{ catch(imported) }}
{% endblock %}
"""


def test_nothing_but_plain_values_can_be_reached_from_a_template() -> None:
    environment, subjects = example()
    caught: list[Any] = []
    environment.globals["catch"] = Call("catch", caught.append)
    for subject in subjects:
        environment.loader = DictLoader(
            {
                "every": EVERY,
                "base": "{% block b %}{% endblock %}",
                "parts": "{% macro p() %}{% endmacro %}{% set v = 1 %}",
            }
        )
        template = environment.get_template("every")
        list(template.root_render_func(template.new_context({"record": environment.see(subject)})))
    starts = [*caught, *environment.globals.values(), *(environment.see(each) for each in subjects)]
    assert {type(each) for each in caught} >= {LoopContext, Macro, BlockReference, TemplateReference, TemplateModule}

    met = list(walked(environment, starts, subjects))

    wrong = {type(value) for value, _ in met if not isinstance(value, PLAIN)}
    assert wrong == set(), [how for value, how in met if type(value) in wrong][:5]
    bad = (BaseModel, PurePath, type, types.ModuleType, types.FunctionType, types.MethodType, types.BuiltinMethodType)
    assert not any(isinstance(value, bad) for value, _ in met)
    kinds = {value._it.kind for value, _ in met if isinstance(value, Veiled) and isinstance(value._it, records.Record)}
    assert kinds == set(records.KINDS) - {"rules"}, "a kind that was not met was not looked at"
    assert len(met) > 300


def example() -> tuple[Sandbox, list[Any]]:
    """The environment of a project's templates, and a subject of every kind."""
    library = of_example()
    shown = DrawnPicture(Media("_a.svg", Path("a.svg"), "0"), 1, 1, "from the front")
    environment = Sandbox(**FIELDS)
    assert library.deck is not None
    Fields(environment, library, library.deck, lambda id, which: shown)
    subjects = [
        each for record in library.records.values() if isinstance(record, Subject) for each in record.subjects()
    ]
    assert {each.kind for each in subjects} == set(NOTE_KINDS)
    return environment, [*subjects, Media("_a.svg", Path("a.svg"), "0")]


def walked(environment: Sandbox, starts: list[Any], subjects: list[Any]) -> Iterator[tuple[Any, str]]:
    waiting = [(each, f"start {type(each).__name__}", 0) for each in starts]
    known: Counter[Any] = Counter()
    context = environment.from_string("").new_context()
    given = [[environment.see(each)] for each in subjects] + [["origin"], ["biceps-brachii", "muscle"], ["hip"]]
    while waiting:
        value, how, depth = waiting.pop()
        key = alike(value, how)
        known[key] += 1
        if known[key] > ALIKE:
            continue
        yield value, how
        if depth > 12:
            continue
        names = {*dir(type(value)), *dir(value), "__dict__", "gi_frame", "gi_code", "cr_frame", "__globals__", "_it"}
        names |= seen.Sight().values.union(*(each.values | each.calls for each in seen.OURS.values()))
        for name in sorted(names):
            for way in (environment.getattr, environment.getitem):
                try:
                    found = way(value, name)
                except Exception:  # an undefined value, or nothing that may be seen
                    continue
                if not isinstance(found, Undefined):
                    waiting.append((found, f"{how}.{name}", depth + 1))
        if isinstance(value, list | tuple | frozenset | dict | types.GeneratorType) or type(value) in PLAIN[-3:]:
            with suppress(OffLimits):  # a text of what is none
                waiting += [(each, f"{how}[]", depth + 1) for each in list(value)[:50]]
            if isinstance(value, dict):
                waiting += [(each, f"{how}[]", depth + 1) for each in list(value.values())]
        for arguments in [[], *given] if isinstance(value, Call) else [[]]:
            try:
                found = environment.call(context, value, *arguments)
            except Exception:  # it wants something else
                continue
            if not isinstance(found, Undefined):
                waiting.append((found, f"{how}()", depth + 1))


def alike(value: Any, how: str) -> Any:
    """Where the same is found again: a few of them are looked at."""
    if isinstance(value, Veiled):
        return type(value._it), getattr(value._it, "kind", "")
    if isinstance(value, Call):
        return Call, value._name
    return type(value), how.split(".")[-1]


def test_what_a_template_is_given_is_a_copy() -> None:
    environment, _ = example()
    library = environment.globals["library"]
    members = environment.getattr(environment.getattr(library, "records"), "values")()

    assert all(isinstance(each, Veiled) for each in members)
    assert not hasattr(members, "append")
    for name in ("append", "extend", "pop", "clear", "update", "setdefault", "sort", "insert", "remove", "reverse"):
        assert isinstance(environment.getattr([1], name), Undefined)
        assert isinstance(environment.getattr({}, name), Undefined)


def test_a_new_key_of_a_record_needs_no_line_in_the_list() -> None:
    for kind, cls in NOTE_KINDS.items():
        sight = seen.sight(cls)
        assert sight is not None
        assert sight.values >= set(cls.model_fields), kind


# What it may take

TAKING = {
    "nested ranges": (FOREVER, "this takes longer than 0.5 seconds"),
    "growing text": (
        "{% set x %}" + FOREVER.replace("{% endfor %}", "x" * 99 + "{% endfor %}", 1) + "{% endset %}",
        "this takes",
    ),
    "doubling text": (
        '{% set ns = namespace(x="ab") %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}',
        "longer than 2,000,000",
    ),
    "doubling block": (
        '{% set ns = namespace(x="ab") %}{% for i in range(99) %}{% set y %}{{ ns.x }}{{ ns.x }}{% endset %}'
        "{% set ns.x = y %}{% endfor %}",
        "longer than 2,000,000",
    ),
    "doubling list": (
        "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
        "longer than 2,000,000",
    ),
    "lists": (
        "{% set ns = namespace(x=[]) %}{% for i in range(9999) %}{% set ns.x = ns.x + [range(99999)|list] %}{% endfor %}",
        "memory",
    ),
    "width": ('{{ "%0999999999d" % 1 }}', "the width in a format is at most 1000"),
    "decimals": ('{{ "%.999999999f" % 1 }}', "the width in a format is at most 1000"),
    "given width": ('{{ "%*d" % (999999999, 1) }}', "the width in a format is at most 1000"),
    "width of a filter": ('{{ "%0999999999d"|format(1) }}', "the width in a format is at most 1000"),
    "times": ("{{ 'a' * 10**10 }}", "longer than 2,000,000"),
    "times, turned": ("{{ 10**10 * [1] }}", "longer than 2,000,000"),
    "power": ("{{ 2**(10**9) }}", "the number would become too large"),
    "products": (
        "{% set ns = namespace(x=3) %}{% for i in range(9999) %}{% set ns.x = ns.x * ns.x %}{% endfor %}",
        "the number would become too large",
    ),
    "center": ("{{ 'a'|center(10**9) }}", "the number for 'center' is larger than 2,000,000"),
    "method": ("{{ 'a'.center(10**9) }}", "the number for 'center' is larger than 2,000,000"),
    "indent": ("{{ 'a'|indent(10**9, first=true) }}", "the number for 'indent' is larger than 2,000,000"),
    "named": ("{{ 'a'|indent(width=10**9, first=true) }}", "the number for 'indent' is larger than 2,000,000"),
    "batch": ("{{ [1]|batch(10**9, 1)|list }}", "the number for 'batch' is larger than 2,000,000"),
    "replace": ("{{ ('a' * 99999)|replace('a', 'b' * 99999) }}", "longer than 2,000,000"),
    "replaced": ("{{ ('a' * 99999).replace('a', 'b' * 99999) }}", "longer than 2,000,000"),
    "join": ("{{ range(99999)|join('b' * 1999999) }}", "memory"),
    "range": ("{{ range(10**6)|list }}", "ange too big"),
    "parentheses": ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "nested deeper"),
    "brackets": ("{{ " + "[" * 5000 + "]" * 5000 + " }}", "nested deeper"),
    "lists in lists": ("{{ " + "[" * 150 + "]" * 150 + " }}", "nested deeper"),
    "sums": ("{{ 1" + " + 1" * 3000 + " }}", "nested deeper"),
    "nots": ("{{ " + "not " * 5000 + "1 }}", "nested deeper"),
    "filters": ("{{ 1" + "|string" * 5000 + " }}", "nested deeper"),
    "blocks": ("{% if 1 %}" * 2000 + "{% endif %}" * 2000, "nested deeper"),
    "loops in loops": ("{% for i in [1] %}" * 30 + "{% endfor %}" * 30, "nested deeper"),
    "macro": ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "nested deeper"),
    "long number": ("{{ " + "9" * 5000 + " }}", "digits"),
}


@pytest.mark.sampled(14)
@pytest.mark.parametrize(("code", "message"), TAKING.values(), ids=TAKING)
def test_what_takes_too_much_is_told_at_its_line(kitchen: Kitchen, code: str, message: str) -> None:
    fault = kitchen.wrong(code)

    assert (fault.name, fault.line) == ("muscle/fields.html.j2", 3), fault
    assert message in fault.message, fault


@pytest.mark.parametrize("sort", ["nested ranges", "doubling text", "lists", "width", "parentheses", "sums", "macro"])
def test_what_takes_too_much_in_a_card_is_told_at_its_line(kitchen: Kitchen, sort: str) -> None:
    code, message = TAKING[sort]

    fault = kitchen.wrong(code, card=True)

    assert (fault.name, fault.line) == ("muscle/card", 3), fault
    assert message in fault.message, fault


def test_a_template_that_includes_itself_is_told(kitchen: Kitchen) -> None:
    fault = kitchen.wrong('{% include "muscle/fields.html.j2" %}')

    assert (fault.name, fault.line, fault.rule) == ("muscle/fields.html.j2", 3, "template-limit")


@pytest.mark.parametrize("code", [FOREVER, TAKING["join"][0]], ids=["loop", "join"])
def test_what_is_stopped_is_told_for_cards_of_a_project_too(stranger: Author, short: None, code: str) -> None:
    line = added(stranger, CARD, code)

    fault = only(stranger)

    assert (fault.location.path, fault.location.line, fault.rule) == (CARD, line, "template-limit")


def test_a_layout_that_never_ends_is_waited_for_once(stranger: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (filled, cards):  # what ends well does so in a hundredth of it
        monkeypatch.setattr(module, "LIMITS", replace(SMALL, each=3))
    face = "templates/_shared/face.html.j2"
    stranger.write(face, FOREVER.replace("{%", "[%").replace("%}", "%]") + stranger.read(face))
    jail._end_all()

    started = time.monotonic()
    fault = only(stranger)

    assert (fault.location.path, fault.location.line, fault.rule) == (face, 1, "template-limit")
    assert time.monotonic() - started < 40


@pytest.mark.usefixtures("new_process")
def test_memory_is_watched_from_outside_where_the_system_sets_no_bound(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not before it is in the loop, which on a busy machine no clock can know: it has read the template, and then worked."""
    memory, began = Jail._memory, [0.0]

    def swollen(self: Jail) -> int:
        if not self._lines:
            began[0] = self._worked()
        return memory(self) + 10**10 * (self._worked() - began[0] > 1)

    monkeypatch.setattr(Jail, "_memory", swollen)

    fault = kitchen.wrong(FOREVER, limits=limits.LIMITS)

    assert fault.message == "this takes more than 512 MB of memory"
    if hasattr(signal, "SIGUSR1"):
        assert (fault.name, fault.line) == ("muscle/fields.html.j2", 3)


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="without signals it must tell by itself")
def test_nobody_looks_at_a_template_that_runs_before_it_is_stopped(kitchen: Kitchen) -> None:
    """A thread of Python's own that does so every now and then brings the process down every now and then."""
    with jail.jail() as process, pytest.raises(Stopped):
        (kitchen.folder / "muscle").mkdir(exist_ok=True)
        (kitchen.folder / FIELD.removeprefix("templates/")).write_text(FOREVER, "utf-8")
        for _ in process.ask(kitchen.request, kitchen.folder, "muscle", lambda *_: None):
            pass

    assert [line for line in process._traces if line.startswith("Timeout")] == []
    assert len([line for line in process._traces if line.startswith("Current thread")]) == 1


def test_a_large_deck_has_more_time_memory_and_text_than_a_small_one() -> None:
    notes = 100_000

    assert limits.LIMITS.seconds(notes) > notes * 0.01, "thirty times what the shipped templates take"
    assert limits.LIMITS.bytes(notes) > notes * 40_000
    assert limits.LIMITS.characters(notes) > notes * 20_000
    assert limits.LIMITS.each < limits.LIMITS.seconds(0)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "text", ["{}", "[1]", "no json", '{"notes": 3}', '{"wrong": [["a", 1]]}', '{"ask": ["sing", "x"]}']
)
@pytest.mark.usefixtures("new_process")
def test_what_the_process_says_is_believed_no_further_than_it_is_sound(
    stranger: Author, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(
        jail,
        "_START",
        f"print({text!r}, flush=True); import sys; sys.stdin.buffer.read(9)".replace("{", "{{").replace("}", "}}"),
    )

    faults = stranger.check()

    assert {fault.rule for fault in faults} <= {"template-limit", "blank-card"}, faults
    assert faults


def test_a_process_that_breaks_down_is_replaced(stranger: Author) -> None:
    stranger.build()
    for each in jail._idle:
        psutil.Process(each._process.pid).kill()
        each._process.wait()

    assert not stranger.check()


def test_a_process_is_used_again_and_forgets_the_project_before(stranger: Author) -> None:
    stranger.build()
    before = [each._process.pid for each in jail._idle]
    stranger.edit("templates/_shared/fields.html.j2", "{{ record.hint }}", "{{ record.hint }}!")

    (hint,) = {
        note.fields[loaded(stranger).rendered.note_types[note.kind].names.index("Hint")][-1:]
        for note in loaded(stranger).rendered.notes
    }

    assert hint == "!"
    assert before and [each._process.pid for each in jail._idle] == before


def test_a_strangers_templates_are_not_kept_as_code(
    stranger: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "cache"
    monkeypatch.setattr(compiled, "_folder", lambda: folder)

    stranger.build()

    assert not folder.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="it has other permissions")
def test_code_is_not_taken_from_a_folder_that_others_can_write_to(
    author: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    folder.chmod(0o777)
    kept = compiled.Compiled(__file__)
    monkeypatch.setattr(compiled, "_folder", lambda: folder)
    monkeypatch.setattr(filled, "_COMPILED", kept)

    author.build()
    assert list(folder.iterdir()) == []

    folder.chmod(0o700)
    filled._COMPILED = compiled.Compiled(__file__)
    author.check()
    assert list(folder.iterdir())


# The verbs


def deckbuilder(*arguments: str, cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "deckbuilder", *arguments],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.sampled(1)  # one that takes memory: those that take time take as much of it as they may
@pytest.mark.parametrize("code", ["doubling text", "width", "parentheses", "nested ranges"])
def test_check_ends_within_its_limit(stranger: Author, code: str) -> None:
    line = added(stranger, FIELD, TAKING[code][0])

    started = time.monotonic()
    done = deckbuilder("check", cwd=stranger.root)
    told, _ = done.communicate(timeout=180)

    assert done.returncode == 1
    assert f"{FIELD}:{line}:" in told and "template-limit" in told, told
    assert "Traceback" not in told
    # As long again for the rest of the verb, on a machine that does other things as well
    assert time.monotonic() - started < 2 * limits.LIMITS.each + limits.LIMITS.idle


def rendering(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Those that render, once one of them works."""
    for _ in range(600):
        found: list[psutil.Process] = psutil.Process(process.pid).children(recursive=True)
        if any(sum(each.cpu_times()[:2]) > 1 for each in found):
            return found
        time.sleep(0.05)
    process.kill()
    raise AssertionError(process.communicate()[0])


def gone(processes: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(processes, timeout=10)[1]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another thing there")
@pytest.mark.parametrize(
    "verb",
    [("check",), ("build",), ("diff", "dist/arm-2026-11-next.apkg"), ("preview", "--export", "site")],
    ids=lambda verb: verb[0],
)
def test_ctrl_c_ends_a_verb_that_renders_at_once(stranger: Author, verb: tuple[str, ...]) -> None:
    stranger.build()
    before = stranger.state()
    added(stranger, FIELD, FOREVER)
    process = deckbuilder(*verb, cwd=stranger.root)
    inside = rendering(process)

    process.send_signal(signal.SIGINT)
    started = time.monotonic()
    told, _ = process.communicate(timeout=30)

    assert process.returncode == 1, told
    assert "Interrupted. Nothing was changed" in told
    assert time.monotonic() - started < 5
    assert gone(inside)
    assert stranger.state() == before
    assert not (stranger.root / "site").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another thing there")
def test_nothing_goes_on_rendering_when_the_verb_was_killed(stranger: Author) -> None:
    added(stranger, FIELD, FOREVER)
    process = deckbuilder("check", cwd=stranger.root)
    inside = rendering(process)

    process.kill()
    process.communicate()

    assert gone(inside)


@pytest.mark.usefixtures("new_process")
def test_the_process_starts_without_what_lies_in_the_working_folder(
    stranger: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("jinja2", "json", "pickle", "sitecustomize", "usercustomize"):
        stranger.write(f"{name}.py", f"open({str(stranger.root / 'owned')!r}, 'w')")
    monkeypatch.chdir(stranger.root)
    monkeypatch.setenv("PYTHONPATH", str(stranger.root))

    assert not stranger.check()
    assert not (stranger.root / "owned").exists()


def test_one_card_is_asked_for_like_another(stranger: Author) -> None:
    with jail.jail() as process:
        request = Cards(limits.LIMITS, "nothing/here", ({},))
        (message,) = process.ask(request, stranger.root / "templates", "nothing/here", lambda *_: None)
        wrong = process.wrong(message["wrong"][0])

    assert (wrong.rule, wrong.missing) == ("missing-template", "nothing/here")
