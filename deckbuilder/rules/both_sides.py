"""What has two sides, and needs both: opposite movements, a muscle and its movement, a group and who stays out, a comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from deckbuilder.records import Action, Group, Muscle, Study
from deckbuilder.records.study import Compared
from deckbuilder.rules.phrasing import read_and_mend
from deckbuilder.rules.rule import Found, Seen, rule

# The next step; which movement that is, the deck cannot know.
_BACK = "name the movement back, at the same joint in the same plane"


@rule(scope="facts")
def not_reciprocal(seen: Seen) -> Iterator[Found]:
    """Opposite movements that are not each other's opposite, at one joint in one plane.

    Why: the antagonists of a movement are whoever does its opposite, so one wrong pair makes two wrong cards. State the
    pair once, on one of the two: the other follows.

    Bad:
        - action: hip-flexion
          opposite: knee-extension

    Good:
        - action: hip-flexion
          opposite: hip-extension
    """
    library = seen.library
    stated = {action.opposite: action for action in library.of(Action) if action.opposite}
    for action in library.of(Action):
        back = library.find(Action, action.opposite) if action.opposite else None
        if back is not None and all(library.answers("joint", each.joint) for each in (action, back)):
            said = _not_back(action, back, stated)
            if said:
                yield Found(action, ("opposite",), *said)


def _not_back(action: Action, back: Action, stated: Mapping[str, Action]) -> tuple[str, str] | None:
    """Why a movement is not the way back of another, and the next step."""
    if back.opposite and back.opposite != action.id:
        return f"the opposite of '{back.id}' is said to be '{back.opposite}'", _BACK
    if (back.joint, back.plane) != (action.joint, action.plane) or back is action:
        message, help = f"'{back.id}' is not at the same joint in the same plane", _BACK
        if back.joint == action.joint and back is not action:
            message += f": that is {back.plane}, this one {action.plane}"
            help = f"look it up, then mend `plane` of one of the two, or {_BACK}"
        return message, help
    if stated[back.id] is not action:
        return f"'{stated[back.id].id}' also says that its opposite is '{back.id}'", "state the pair once"
    return None


@rule(scope="facts")
def impossible_role(seen: Seen) -> Iterator[Found]:
    """A prime mover of a movement that is not among the muscle's actions.

    Why: one of the two cards is wrong. Synergists and antagonists follow from the actions, so they are wrong with it.

    Bad:
        action: knee-extension
        prime_movers: [biceps-femoris]

    Good:
        action: knee-extension
        prime_movers: [rectus-femoris]
    """
    for action in seen.library.of(Action):
        for place, id in enumerate(action.prime_movers):
            muscle, part = seen.library.find(Muscle, id.split("/")[0]), id.partition("/")[2]
            if muscle is not None and (not part or part in muscle.divisions) and not _can(seen, muscle, part, action):
                yield Found(
                    action,
                    ("prime_movers", place),
                    f"'{id}' is prime mover of '{action.id}', but does not list it under its actions",
                    read_and_mend("`prime_movers`", f"the `actions` of '{muscle.id}'"),
                )


def _can(seen: Seen, muscle: Muscle, part: str, action: Action) -> bool:
    """Whether a muscle or part has the action, or may have it under an id that is misspelled."""
    own = muscle.named("actions")
    if not all(seen.library.answers("action", each) for each in own):
        return True
    return action.id in own or action.id in {fact.id for fact in muscle.facts("actions", part)}


@rule(scope="facts")
def odd_one_out(seen: Seen) -> Iterator[Found]:
    """An odd one out that belongs to the group, or is not among those shown.

    Why: the card would have no right answer, or several.

    Bad:
        group: hamstrings
        odd_one_out: {among: [semitendinosus, semimembranosus, biceps-femoris], odd: semitendinosus, because: …}

    Good:
        group: hamstrings
        odd_one_out: {among: [semitendinosus, semimembranosus, gracilis], odd: gracilis, because: …}
    """
    for group in seen.library.of(Group):
        odd = group.odd_one_out
        if odd is None:
            continue
        members = {muscle.id for muscle in seen.library.members(group)}
        found = partial(Found, group, ("odd_one_out", "odd"))
        if odd.odd not in odd.among:
            yield found(f"'{odd.odd}' is not among those shown", "name one of the muscles under `among`")
        elif odd.odd.split("/")[0] in members and "/" not in odd.odd:
            others = [id for id in odd.among if id not in members]
            message = f"'{odd.odd}' is a member of the group"
            message += f", and '{others[0]}' is not" if len(others) == 1 else ""
            yield found(message, read_and_mend("`odd`", "the `groups` of the muscles under `among`"))


@rule(scope="facts")
def unmeasured(seen: Seen) -> Iterator[Found]:
    """A comparison of which a side was not measured, or was measured twice, or in another unit; or whose values are equal,
    although no source says that no difference was found. One that says which side is `higher`, or that none is, needs no values.

    Why: which is higher, and by how much, is computed from the two values. Without both there is no answer.

    Bad:
        measurements: [{exercise: squat, of: gluteus-maximus, value: 29.4}]
        comparisons: [{id: upper, compare: [squat, hip-thrust], of: gluteus-maximus, difference: found, …}]

    Good:
        measurements:
          - {exercise: squat, of: gluteus-maximus, value: 29.4}
          - {exercise: hip-thrust, of: gluteus-maximus, value: 69.5}
    """
    for study in seen.library.of(Study):
        if not all(any(seen.library.answers(kind, each.id) for kind in each.kinds) for each in study.refers()):
            continue  # what is misspelled may be what is compared
        for place, compared in enumerate(study.subjects()):
            if compared.comparison.higher_by_percent is None:
                yield from _sides_without_a_value(study, place, compared)
                yield from _units_apart(study, place, compared)
            yield from _without_direction(study, place, compared)


def _without_direction(study: Study, place: int, compared: Compared) -> Iterator[Found]:
    """Two values that are one, where one of the two is asked for; and `higher` beside values that tell it."""
    comparison, values = compared.comparison, compared.values
    if values and comparison.higher is not None:
        message = f"`higher` says '{comparison.higher}', and the values compared are {values[0]:g} and {values[1]:g}"
        help = "leave it out: which is higher follows from the values"
        yield Found(study, ("comparisons", place, "higher"), message, help)
    elif values and values[0] == values[1] and comparison.difference != "not-found":
        message = f"`difference` is {comparison.difference}, and both values are {values[0]:g}: neither is higher"
        help = read_and_mend("the measurements", "`difference`")
        yield Found(study, ("comparisons", place, "difference"), message, help)


def _sides_without_a_value(study: Study, place: int, compared: Compared) -> Iterator[Found]:
    """Sides that no measurement fits, or that several fit."""
    comparison = compared.comparison
    told = comparison.higher is not None or comparison.difference == "not-found"
    for at, side in enumerate(comparison.compare):
        fitting = [each for each in study.measurements if comparison.selects(each, side)]
        found = partial(Found, study, ("comparisons", place, "compare", at))
        if not fitting and not (told and not compared.measured):
            help = "add it under `measurements`, mend `of`, `exercise` or `statistic`, or say which is `higher`"
            yield found(f"no measurement fits '{side}' in this comparison", help)
        elif len(fitting) > 1:
            message = f"{len(fitting)} measurements fit '{side}' in this comparison"
            yield found(message, "say which `statistic` or `measure` is compared")


def _units_apart(study: Study, place: int, compared: Compared) -> Iterator[Found]:
    """Two values in different units."""
    measured = compared.measured
    if len(measured) == 2 and len({study.unit(each) for each in measured}) > 1:
        one, other = (f"{each.value:g} {study.unit(each) or '(without a unit)'}" for each in measured)
        bare = next((each for each in measured if not study.unit(each)), None)
        help = "compare values of one unit; `unit` of a measurement, or `normalized_to` of the study, says which"
        where = ("measurements", study.measurements.index(bare)) if bare else ("comparisons", place, "compare")
        yield Found(study, where, f"'{compared.comparison.id}' compares {one} with {other}", help)
