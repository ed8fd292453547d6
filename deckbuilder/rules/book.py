"""Every rule, group by group: a module in the list is a group, in the order of `check --explain`."""

from __future__ import annotations

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

MODULES = (
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
RULES: dict[str, Rule] = {
    each.name: each for module in MODULES for each in vars(module).values() if isinstance(each, Rule)
}
