"""Every rule by its name, in the order of `core/findings`, which is that of `check --explain`."""

from __future__ import annotations

from deckbuilder.core import findings
from deckbuilder.rules import (
    across,
    anatomy,
    answer,
    choice,
    cloze,
    evidence,
    gaps,
    markup,
    media,
    names,
    numbers,
    occlusion,
    places,
    project,
    question,
    relations,
    suppressions,
    twins,
)
from deckbuilder.rules.rule import Rule

_MODULES = (
    project,
    occlusion,
    question,
    answer,
    cloze,
    choice,
    media,
    markup,
    evidence,
    numbers,
    across,
    twins,
    gaps,
    relations,
    anatomy,
    places,
    names,
    suppressions,
)
_FOUND = {each.name: each for module in _MODULES for each in vars(module).values() if isinstance(each, Rule)}
RULES: dict[str, Rule] = {name: _FOUND[name] for name, _ in findings.rules()}
