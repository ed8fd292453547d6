"""The manual of the linter: what every rule finds and why, with its limits, as Markdown and for a terminal.

`docs/rules.md` is this text for a project that says nothing else; a test compares the two.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from functools import lru_cache
from types import CodeType, FunctionType

from deckbuilder.core.findings import FINDINGS, GROUPS, group_of
from deckbuilder.rules import RULES, defaults
from deckbuilder.rules.rule import Rule, Settings

_ORDER = ("Why", "Source", "Fix")
_NO_EXCEPTION = "It cannot be suppressed: the cards cannot be made without it."
_INTRO = """\
# The rules

What `deckbuilder check` looks for. This file is made of the rules themselves (`pytest tests/rules/test_manual.py --rewrite`);
`deckbuilder check --explain RULE` shows the same, with the limits and words of your own project.

- An **error** stops a build. A **warning** is shown and counted; `cards/warnings.json` holds how many there are, and the number may
  only go down (`check --ratchet`). An **info** is shown on request (`check --all`). **off** is not looked for.
- An exception needs a reason, in the record: `lint: {long-answer: there is no shorter name for it}`.
- How strict a rule is, its limits and its words can be changed for a whole deck, in a
  [`rules` record](source-cards.md#how-strict-the-linter-is).
- What the cards cannot be made without is always an error, and has no exception.
"""


def first(name: str) -> str:
    """What a rule or fault is, in a sentence."""
    if name not in RULES:
        return FINDINGS[name].said
    what = " ".join(RULES[name].manual["What"].split())
    return re.split(r"(?<=\.)\s+(?=[A-Z])", what)[0]


def strict(rule: Rule, settings: Settings) -> str:
    """'warning', 'warning, or error where it is grave', 'error, always'."""
    if rule.guard:
        return f"{FINDINGS[rule.name].usual}, always"
    usual, *graver = settings.severity[rule.name]
    return f"{usual}; {graver[0]} where it is grave" if graver else usual


@lru_cache(maxsize=512)
def used(rule: Rule) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the limits and of the word lists that a rule goes by."""
    texts = set(_texts(rule.check, set()))
    usual = defaults()
    return tuple(each for each in usual.limits if each in texts), tuple(each for each in usual.words if each in texts)


def terminal(name: str, settings: Settings, columns: int) -> str:
    """The page of a rule, or the line of another fault, for somebody who reads it in a terminal."""
    if name not in RULES:
        title = GROUPS[group_of(name)].title
        return f"{name}  ({title})\n\n{_wrapped(first(name), columns)}\n\nThis is no rule: it cannot be suppressed."
    rule = RULES[name]
    manual = rule.manual
    parts = [f"{name}  ({rule.group}; {strict(rule, settings)})", _wrapped(manual["What"], columns)]
    parts += [_wrapped(f"{key}: {manual[key]}", columns) for key in _ORDER if key in manual]
    parts += [f"{key}:\n{textwrap.indent(manual[key], '    ')}" for key in ("Bad", "Good")]
    limits, words = used(rule)
    if limits:
        parts.append(_wrapped(f"Limits: {', '.join(f'{each} {settings.limits[each]:g}' for each in limits)}", columns))
    parts += [_wrapped(f"Words, {each}: {', '.join(settings.words[each])}", columns) for each in words]
    return "\n\n".join([*parts, _exceptions(rule)])


def _exceptions(rule: Rule) -> str:
    """How a rule is suppressed, for somebody who reads it in a terminal."""
    if rule.guard:
        return _NO_EXCEPTION
    lines = [
        "An exception, in the record:",
        f"    lint: {{{rule.name}: the reason}}",
        "For the whole deck, in a `rules` record:",
        f'    severity: {{{rule.name}: "off"}}',
    ]
    return "\n".join(lines)


def listed(settings: Settings, columns: int) -> str:
    """Every rule by its group, with how strict it is and what it finds; then the names of the other faults."""
    parts = []
    for key, group in GROUPS.items():
        lines = [f"{key}: {group.title}" if group.of_rules else f"{key}: {group.title} (no rules: always to be mended)"]
        for name in group.findings:
            mark = _usual(name, settings)
            lines.append(f"  {name}{f'  {mark}' if mark else ''}")
            lines.append(textwrap.indent(_wrapped(first(name), columns - 6), "      "))
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def page(rule: Rule, settings: Settings) -> str:
    """A rule as Markdown, without its heading."""
    manual = rule.manual
    parts = [f"*{rule.group}: {strict(rule, settings)}*", _flowing(manual["What"])]
    limits, words = used(rule)
    if limits:
        parts.append("Limits: " + ", ".join(f"`{each}` {settings.limits[each]:g}" for each in limits) + ".")
    parts += [f"Words, `{each}`: {', '.join(f'*{word}*' for word in settings.words[each])}." for each in words]
    parts += [f"**{key}:** {_flowing(manual[key])}" for key in _ORDER if key in manual]
    parts += [f"{key}:\n\n```yaml\n{manual[key]}\n```" for key in ("Bad", "Good")]
    parts.append(_NO_EXCEPTION if rule.guard else f"An exception: `lint: {{{rule.name}: the reason}}`.")
    return "\n\n".join(parts)


def document(settings: Settings) -> str:
    """`docs/rules.md`: all pages by group, and the table of the other faults."""
    of_rules = {key: group for key, group in GROUPS.items() if group.of_rules}
    lines = [_INTRO, "| rule | | finds |", "|---|---|---|"]
    for key, group in of_rules.items():
        lines.append(f"| **[{key}](#{key})** | | {group.title} |")
        lines += [f"| [{name}](#{name}) | {_usual(name, settings)} | {_cell(first(name))} |" for name in group.findings]
    lines.append("| **[others](#other-faults)** | | What stands before the cards can be checked at all. |")
    for key, group in of_rules.items():
        lines += ["", f"## {key}", "", group.title]
        for name in group.findings:
            lines += ["", f"### {name}", "", page(RULES[name], settings)]
    lines += [
        "",
        "## Other faults",
        "",
        "They are no rules: nothing suppresses them, and what they find is to be mended.",
    ]
    for group in GROUPS.values():
        if not group.of_rules:
            lines += ["", f"### {group.title}", "", "| name | what it is |", "|---|---|"]
            lines += [f"| `{name}` | {_cell(first(name))} |" for name in group.findings]
    return "\n".join(lines) + "\n"


def _usual(name: str, settings: Settings) -> str:
    if name not in RULES:
        return ""
    if RULES[name].guard:
        return FINDINGS[name].usual
    return " / ".join(settings.severity[name])


def _texts(function: object, seen: set[object]) -> Iterator[str]:
    """Every text in the code of a function, and of those of ours that it calls."""
    if isinstance(function, FunctionType) and function not in seen and function.__module__.startswith(__package__):
        seen.add(function)
        yield from _in_code(function.__code__, function, seen)


def _in_code(code: CodeType, function: FunctionType, seen: set[object]) -> Iterator[str]:
    for each in code.co_consts:
        if isinstance(each, str):
            yield each
        elif isinstance(each, CodeType):
            yield from _in_code(each, function, seen)
    for name in code.co_names:
        meant = function.__globals__.get(name)
        yield from _texts(getattr(meant, "__wrapped__", meant), seen)
        yield from _in_data(meant)


def _in_data(value: object) -> Iterator[str]:
    """Every text in a table of a module."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _in_data(each)


def _flowing(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _wrapped(text: str, columns: int) -> str:
    return "\n\n".join(textwrap.fill(part, max(columns, 40)) for part in _paragraphs(text))


def _paragraphs(text: str) -> Iterable[str]:
    return (" ".join(part.split()) for part in text.split("\n\n"))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
