"""What was found as SARIF 2.1.0, which GitHub's code scanning and many editors read."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from deckbuilder import __version__
from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.rules import RULES, Settings, manual
from deckbuilder.verbs.reports.excerpt import Excerpts
from deckbuilder.verbs.reports.machines import from_here

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
PAGES = "docs/rules.md"
_LEVELS = {"error": "error", "warning": "warning", "info": "note", "off": "none"}


def as_data(
    shown: Sequence[Diagnostic], settings: Settings, root: Path, excerpts: Excerpts, *, ratcheted: bool
) -> dict[str, Any]:
    """One run with the pages of its rules. `ratcheted`: what is known already is told as unchanged, the rest as new."""
    names = sorted({each.rule for each in shown})
    seen: Counter[str] = Counter()
    results = []
    for each in shown:
        result = _result(each, names, root, excerpts, seen)
        if ratcheted:
            result["baselineState"] = "unchanged" if each.known else "new"
        results.append(result)
    driver = {
        "name": "deckbuilder",
        "semanticVersion": __version__,
        "rules": [_rule(name, settings) for name in names],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(name: str, settings: Settings) -> dict[str, Any]:
    short, rule = manual.first(name), RULES.get(name)
    anchor = name if rule else "other-faults"
    page = manual.page(rule, settings) if rule else short
    usual = settings.severity[name][0] if rule and not rule.guard else "error"
    return {
        "id": name,
        "shortDescription": {"text": short},
        "fullDescription": {"text": " ".join(rule.manual["What"].split()) if rule else short},
        "help": {"text": manual.terminal(name, settings, 100), "markdown": page},
        "helpUri": f"{PAGES}#{anchor}",
        "defaultConfiguration": {"level": _LEVELS[usual]},
    }


def _result(each: Diagnostic, names: list[str], root: Path, excerpts: Excerpts, seen: Counter[str]) -> dict[str, Any]:
    at, width = excerpts.span(each)
    place: dict[str, Any] = {
        "artifactLocation": {"uri": quote(from_here(root, at.path), errors="surrogateescape"), "uriBaseId": "%SRCROOT%"}
    }
    if at.line:
        place["region"] = {"startLine": at.line, "startColumn": max(at.column, 1)}
        if width:
            place["region"] |= {"endLine": at.line, "endColumn": at.column + width}
    # Of the record and what is said of it, not of its line: lines above may come and go.
    what = hashlib.sha256(
        "\0".join((each.record or at.path, each.rule, each.message)).encode("utf-8", "surrogateescape")
    ).hexdigest()[:32]
    seen[what] += 1
    result: dict[str, Any] = {
        "ruleId": each.rule,
        "ruleIndex": names.index(each.rule),
        "level": _LEVELS[each.severity],
        "message": {"text": f"{each.message}\n{each.help}" if each.help else each.message},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"deckbuilder/v1": f"{what}:{seen[what]}"},
    }
    if each.record:
        result["locations"][0]["logicalLocations"] = [{"fullyQualifiedName": each.record, "kind": "object"}]
    return result
