"""Every rule by its name, in the order of `core/findings`, which is that of `check --explain`."""

from __future__ import annotations

from deckbuilder.core import findings
from deckbuilder.rules import (
    across,
    anatomy,
    answer,
    bare_numbers,
    both_sides,
    cases,
    choice,
    clozes,
    complete,
    differences,
    evidence,
    gaps,
    giveaways,
    illustrations,
    listings,
    masked,
    names,
    outliers,
    references,
    relations,
    runs,
    side_slips,
    stems,
    sums,
    suppressions,
    twins,
    typing_slips,
    unused,
)
from deckbuilder.rules.rule import Rule

_MODULES = (
    both_sides,
    listings,
    masked,
    references,
    giveaways,
    stems,
    answer,
    clozes,
    cases,
    choice,
    illustrations,
    typing_slips,
    evidence,
    bare_numbers,
    outliers,
    sums,
    differences,
    across,
    complete,
    twins,
    unused,
    gaps,
    relations,
    anatomy,
    runs,
    side_slips,
    names,
    suppressions,
)
_FOUND = {each.name: each for module in _MODULES for each in vars(module).values() if isinstance(each, Rule)}
RULES: dict[str, Rule] = {name: _FOUND[name] for name, _ in findings.rules()}
