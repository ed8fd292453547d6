"""Checks across records: what later stages rely on, and what makes good cards and true anatomy.

A function is a rule; `core/findings` says how strict each is and in which group it stands, `defaults.yaml` what its
limits and words are. A project may say otherwise in a `rules` record, and one record with `lint: {rule: the reason}`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deckbuilder import records, source
from deckbuilder.anatomy.library import Library
from deckbuilder.core import findings
from deckbuilder.core.cache import NOTHING, Cache
from deckbuilder.core.diagnostics import Diagnostic, Severity
from deckbuilder.records.rulebook import Rulebook
from deckbuilder.records.salvage import Lost
from deckbuilder.rules import both_sides, listings, masked, references, suppressions
from deckbuilder.rules.hits import Hit, KeptHits, Where
from deckbuilder.rules.rule import Found, Rule, Seen, Settings, told

if TYPE_CHECKING:
    from deckbuilder.rules.book import RULES

__all__ = ["RULES", "Lost", "Rule", "Settings", "defaults", "guard", "lint", "seen", "settings"]

_RELIED_ON = (references, both_sides, listings, masked, suppressions)
_GUARDS = {
    each.name: each for module in _RELIED_ON for each in vars(module).values() if isinstance(each, Rule) and each.guard
}
_DEFAULTS = Path(__file__).with_name("defaults.yaml")


def __getattr__(name: str) -> Any:
    """`RULES`, read when somebody asks for them."""
    if name == "RULES":
        from deckbuilder.rules.book import RULES

        return RULES
    raise AttributeError(name)


@lru_cache(maxsize=1)
def defaults() -> Rulebook:
    """The severities, limits and words of a project that says nothing else."""
    found, unreadable = source.parse(source.File(_DEFAULTS.name, _DEFAULTS.read_text("utf-8")))
    books, faults = records.parse(found)
    assert not unreadable + faults and isinstance(books[0], Rulebook), f"{_DEFAULTS}: {unreadable + faults}"
    usual = {name: finding.severities for name, finding in findings.rules() if not finding.always}
    return books[0].model_copy(update={"severity": usual})


def settings(library: Library) -> Settings:
    """The defaults, and what the project says instead."""
    return Settings.of(defaults(), *library.of(Rulebook))


def seen(library: Library, lost: Lost | None = None, *, today: date | None = None, media: Path | None = None) -> Seen:
    """What the rules are shown of a library."""
    return Seen(library, settings(library), defaults(), frozenset(_GUARDS), lost or Lost(), today, media)


def guard(library: Library, lost: Lost, cache: Cache = NOTHING) -> list[Diagnostic]:
    """What rendering relies on. `lost`: what the records that could not be read would have answered to."""
    view, asked = seen(library, lost), [*_GUARDS.values()]
    kept = KeptHits(NOTHING if lost != Lost() else cache, library, asked, repr(view.settings))
    hits = [each for rule in asked for each in kept.hits(rule, view, view)]
    faults = [each for each in hits if not isinstance(each, Hit)]
    found = [(each, _told(each, findings.severity(each.rule), library)) for each in hits if isinstance(each, Hit)]
    if not faults:
        kept.keep(asked, (_placed(*each) for each in found))
    return [*faults, *(diagnostic for _, diagnostic in found)]


def lint(
    library: Library,
    *,
    whole: bool,
    today: date | None = None,
    media: Path | None = None,
    infos: bool = False,
    cache: Cache = NOTHING,
) -> list[Diagnostic]:
    """What the other rules find in sound records, as strict as the project wants it.

    `whole`: the library is all there is, so that something missing is told. `today`: for what grows stale. `infos`: with
    what is only told on request. `cache`: where hits are kept.
    """
    from deckbuilder.rules.book import RULES  # a tenth of a second that only whoever lints is to pay

    view = seen(library, today=today, media=media)
    asked = [rule for rule in RULES.values() if _wanted(rule, view, whole=whole, infos=infos)]
    kept = KeptHits(cache, library, asked, repr(view.settings), str(whole))
    part = view if len(kept.stale) == len(library.records) else view.of_part(kept.stale)
    hits: list[Hit] = []
    found: list[tuple[int, Hit, Severity]] = []
    for rule in asked:
        view.asked_rules.add(rule.name)
        for each in kept.hits(rule, view, part):
            assert isinstance(each, Hit)
            if _is_told(each, view) and ((severity := _severity(rule, each.found, view)) != "info" or infos):
                found.append((len(hits), each, severity))
            hits.append(each)
    found.sort(key=lambda each: each[1].found.record.document.file.name)  # a file is read again for its places: once
    told_of = [_told(hit, severity, library) for _, hit, severity in found]
    for (place, hit, _), diagnostic in zip(found, told_of, strict=True):
        hits[place] = _placed(hit, diagnostic)
    kept.keep(asked, hits)
    return told_of


def _told(hit: Hit, severity: Severity, library: Library) -> Diagnostic:
    return told(hit.rule, hit.found, severity, library, hit.located())


def _placed(hit: Hit, diagnostic: Diagnostic) -> Hit:
    """The hit with the place at which it was told."""
    at, words = diagnostic.location, diagnostic.place
    told_at = (words.line, words.column) if words else None
    return replace(hit, where=Where(at.line, at.column, told_at, diagnostic.width))


def _wanted(rule: Rule, view: Seen, *, whole: bool, infos: bool) -> bool:
    """Whether a rule is to be asked at all."""
    if rule.guard or (rule.whole and not whole) or (rule.dated and view.today is None):
        return False
    usual, *graver = view.settings.severity[rule.name]
    return usual != "off" and (usual != "info" or bool(graver) or infos)


def _is_told(hit: Hit, view: Seen) -> bool:
    """Whether no record excepts it; the exceptions that are met are remembered as used."""
    excepted = hit.rule in hit.found.record.lint
    if excepted:
        view.used.add((hit.found.record.key, hit.rule))
    return not excepted


def _severity(rule: Rule, found: Found, view: Seen) -> Severity:
    """The rule's severity in this deck: the second for a grave case, unless the deck turned that one off."""
    usual, *graver = view.settings.severity[rule.name]
    strict = graver[0] if found.grave and graver and graver[0] != "off" else usual
    assert strict != "off"
    return strict
