"""What each id of a project means, in a few lines of Markdown: what an author sees while choosing one.

A project at fault has meanings, too: a name that leads nowhere is shown as it was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from deckbuilder.anatomy.library import Library
from deckbuilder.core.patterns import regex
from deckbuilder.records import (
    Action,
    Bone,
    Curve,
    Exercise,
    Group,
    Joint,
    Muscle,
    Nerve,
    Record,
    Region,
    Source,
    Structure,
)
from deckbuilder.records.base import SITE
from deckbuilder.rules import RULES

R = TypeVar("R", bound=Record)
# By kind, then by id. Landmarks, plates, compartments, tags and rules are no records; they are named all the same.
Meanings = dict[str, dict[str, str]]

MAX_LISTED = 12
_MARKUP = regex(r"([\\`*_{}\[\]<>#|~])")


def meanings(library: Library) -> Meanings:
    """Every id that a record of this project may name."""
    return {
        "muscle": dict(_muscles(library)),
        "landmark": {
            id: _told(library.site(id), _attached(library, id)) for id in sorted(library.landmarks)
        },
        "bone": _each(library, Bone, lambda bone: (_list("Landmarks", bone.landmarks.values()), _attached(library, bone.id))),
        "structure": _each(library, Structure, lambda each: (_of(library, "On", each.bones, "bone"), _attached(library, each.id))),
        "nerve": _each(library, Nerve, lambda nerve: _nerve(library, nerve)),
        "action": _each(library, Action, lambda action: _action(library, action)),
        "joint": _each(library, Joint, lambda joint: _joint(library, joint)),
        "region": _each(library, Region, lambda region: _region(library, region)),
        "compartment": _compartments(library),
        "group": _each(library, Group, lambda group: (_list("Members", (each.name for each in library.members(group))),)),
        "exercise": _each(library, Exercise, lambda each: (_plain(each.pattern), _of(library, "Joint actions", each.actions, "action"))),
        "curve": _each(library, Curve, lambda curve: (_plain(f"over {curve.over}"),)),
        "source": {each.id: _source(each) for each in library.of(Source)},
        "plate": {
            id: _told(plate.seen, _list("Names", (label.text for label in plate.labels)))
            for id, plate in sorted(library.drawings.plates.items())
        },
        "rule": {name: _told(name, *map(_plain, rule.manual.values())) for name, rule in RULES.items()},
        "tag": {tag: _plain("One of the extra tags of deck.yaml.") for tag in (library.deck.extra_tags if library.deck else ())},
    }  # fmt: skip


def _each(library: Library, cls: type[R], more: Callable[[R], Iterable[str]]) -> dict[str, str]:
    return {record.id: _told(str(getattr(record, "name", record.id)), *more(record)) for record in library.of(cls)}


def _muscles(library: Library) -> Iterator[tuple[str, str]]:
    """Each muscle, and each of its heads or parts, with origin, insertion, actions and nerve."""
    for muscle in library.of(Muscle):
        latin = f"*{_plain(muscle.latin)}*" if muscle.latin else ""
        retired = "Retired: do not name it." if muscle.retired else ""
        region = _name(library, muscle.region, "region")
        yield muscle.id, _told(muscle.name, latin, region, retired, *_facts(library, muscle, ""))
        for part in muscle.divisions:
            whole = f"{muscle.name}, {muscle.part_name(part).lower()}"
            yield f"{muscle.id}/{part}", _told(whole, latin, retired, *_facts(library, muscle, part))


def _facts(library: Library, muscle: Muscle, part: str) -> Iterator[str]:
    asked = (("O", "origin", SITE), ("I", "insertion", SITE), ("A", "actions", ("action",)), ("N", "nerve", ("nerve",)))
    for letter, about, kinds in asked:
        found = []
        for fact in muscle.facts(about, part):
            of = f" ({muscle.part_name(fact.part).lower()})" if fact.part and not part else ""
            found.append(f"{_name(library, fact.id, *kinds)}{of}")
        yield _list(letter, found)


def _attached(library: Library, site: str) -> str:
    """The muscles that arise from a place, and those that insert there."""
    found = []
    for word, about in (("Origin of", "origin"), ("Insertion of", "insertion")):
        muscles = [muscle.name for muscle in library.muscles if site in muscle.named(about)]
        found.append(_list(word, muscles))
    return "\n\n".join(filter(None, found)) or "No muscle is attached to it yet."


def _nerve(library: Library, nerve: Nerve) -> Iterator[str]:
    yield _plain(", ".join(nerve.roots))
    if nerve.part_of:
        yield _plain(f"part of {_name(library, nerve.part_of, 'nerve')}")
    yield _list("Drives", (muscle.name for muscle in library.muscles if nerve.id in muscle.named("nerve")))


def _action(library: Library, action: Action) -> Iterator[str]:
    yield _plain(f"{_name(library, action.joint, 'joint')}, {action.plane} plane")
    yield _of(library, "Prime movers", action.prime_movers, "muscle")
    back = library.opposite(action)
    if back:
        yield _list("Opposite", [back.name])


def _joint(library: Library, joint: Joint) -> Iterator[str]:
    yield _of(library, "Bones", joint.bones, "bone")
    yield _list("Movements", (action.name for action in library.of(Action) if action.joint == joint.id))


def _region(library: Library, region: Region) -> Iterator[str]:
    if region.part_of:
        yield _plain(f"part of {_name(library, region.part_of, 'region')}")
    yield _list("Compartments", region.compartments.values())


def _compartments(library: Library) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for region in library.of(Region):
        for id, name in region.compartments.items():
            found.setdefault(id, []).append(f"{region.name}: {name}")
    return {id: "\n\n".join(map(_plain, names)) for id, names in found.items()}


def _source(source: Source) -> str:
    within = f"*{_plain(source.within)}*" if source.within else ""
    year = str(source.year) if source.year else ""
    return _told(
        source.title, _plain(source.authors), ", ".join(filter(None, (within, year))), _list("Read", [source.read])
    )


def _name(library: Library, id: str, *kinds: str) -> str:
    try:
        return library.site(id) if "landmark" in kinds else library.name(id, *kinds)
    except KeyError:
        return id


def _of(library: Library, word: str, ids: Iterable[str], *kinds: str) -> str:
    return _list(word, [_name(library, id, *kinds) for id in ids])


def _list(word: str, names: Iterable[str]) -> str:
    found: Sequence[str] = list(dict.fromkeys(names))
    more = f", and {len(found) - MAX_LISTED} more" if len(found) > MAX_LISTED else ""
    return f"**{word}:** {_plain(', '.join(found[:MAX_LISTED]))}{more}" if found else ""


def _told(name: str, *lines: str) -> str:
    return "\n\n".join((f"**{_plain(name)}**", *filter(None, lines)))


def _plain(text: str | None) -> str:
    """Somebody's text in Markdown, as nothing but text."""
    return _MARKUP.sub(r"\\\1", text or "")
