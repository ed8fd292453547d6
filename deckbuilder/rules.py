"""Checks across records. One function a rule; its docstring is its manual.

A rule sees the records that passed the border. What a faulty record would have answered to still counts as known, so
that one fault never fakes another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from deckbuilder import masks, tags
from deckbuilder.diagnostics import Diagnostic, Location
from deckbuilder.library import Library
from deckbuilder.records import Action, Bone, Exercise, Group, Muscle, Occlusion, Region, Study, nearest
from deckbuilder.records.base import Subject
from deckbuilder.salvage import Lost

Rule = Callable[[Library, Lost], Iterator[Diagnostic]]


def check(library: Library, lost: Lost) -> list[Diagnostic]:
    """Every fault that every rule finds. `lost`: what the records that could not be read would have answered to."""
    return [fault for rule in RULES for fault in rule(library, lost)]


def no_deck(library: Library, lost: Lost) -> Iterator[Diagnostic]:
    """A project has one `deck` record, in cards/deck.yaml."""
    if library.deck is None and not lost.answers("deck", ""):
        yield Diagnostic(
            Location("cards/deck.yaml", 1, 1),
            "no-deck",
            "no record is a `deck`",
            "see docs/source-cards.md, or make a project with `deckbuilder new`",
        )


def duplicate_id(library: Library, lost: Lost) -> Iterator[Diagnostic]:
    """An id names one record of its kind. Two would be one note to Anki, and only one of them would be updated."""
    pairs = [(first.document, second.document) for first, second in library.duplicates]
    for document in lost.documents:  # a record at fault has its id all the same
        kind, id = next(iter(document.value.items()), ("", ""))
        record = library.records.get((kind, str(id)))
        if record is not None:
            one, other = sorted((record.document, document), key=lambda each: each.locate())
            pairs.append((one, other))
    for one, other in pairs:
        kind, id = next(iter(other.value.items()))
        yield Diagnostic(
            other.locate((kind,)),
            "duplicate-id",
            f"the id '{id}' is taken",
            f"the other one is at {one.locate((kind,))}; rename or delete one of them",
        )
    landmarks: dict[str, Bone] = {}
    for record in library.of(Bone):
        for id in record.landmarks:
            if landmarks.setdefault(id, record) is not record:
                yield Diagnostic(
                    record.locate("landmarks", id, key=True),
                    "duplicate-id",
                    f"the landmark '{id}' also stands under the bone '{landmarks[id].id}'",
                    f"the other one is at {landmarks[id].locate('landmarks', id, key=True)}; name one after its bone",
                )


def unknown_reference(library: Library, lost: Lost) -> Iterator[Diagnostic]:
    """Everything that a record names exists."""
    for record in library.records.values():
        for reference in record.refers():
            if library.answers(reference.kinds[0], reference.id):  # nearly all, and a generator costs more than this
                continue
            if any(library.answers(kind, reference.id) for kind in reference.kinds[1:]):
                continue
            if any(lost.answers(kind, reference.id) for kind in reference.kinds):
                continue
            *others, last = (kind.replace("action", "joint action") for kind in reference.kinds)
            what = f"{', '.join(others)} or {last}" if others else last
            ids = [id for kind in reference.kinds for id in (*library.ids(kind), *lost.of(kind))]
            yield Diagnostic(
                record.locate(*reference.path, key=reference.named),
                "unknown-reference",
                f"no {what} has the id '{reference.id}'",
                nearest(reference.id, ids) or _unnamed(reference.kinds[0], ids),
            )


def uncited(library: Library, lost: Lost) -> Iterator[Diagnostic]:
    """Every fact has a source that was read. `sources` by fact name facts that the record states."""
    for record in library.records.values():
        if not isinstance(record, Subject):
            continue
        if record.subjects() and not any(record.sources.values()):
            yield Diagnostic(record.locate(), "uncited", f"{record.key} has no source", "add `sources: id`")
        for fact in record.sources:
            if fact != "all" and fact not in record.document.value and not _in_parts(record, fact):
                yield Diagnostic(
                    record.locate("sources", fact, key=True),
                    "unknown-fact",
                    f"the record states nothing under '{fact}'",
                    nearest(fact, record.document.value) or "name one of its keys, or `all`",
                )


def one_sided(library: Library, lost: Lost) -> Iterator[Diagnostic]:
    """Opposite movements happen at one joint in one plane, and each has one opposite."""
    stated = {action.opposite: action for action in library.of(Action) if action.opposite}
    for action in library.of(Action):
        back = library.find(Action, action.opposite) if action.opposite else None
        if back is None or not all(library.answers("joint", each.joint) for each in (action, back)):
            continue
        if back.opposite and back.opposite != action.id:
            yield Diagnostic(
                action.locate("opposite"),
                "not-reciprocal",
                f"the opposite of '{back.id}' is said to be '{back.opposite}'",
                "state the pair once, on one of the two",
            )
        elif (back.joint, back.plane) != (action.joint, action.plane) or back is action:
            yield Diagnostic(
                action.locate("opposite"),
                "not-reciprocal",
                f"'{back.id}' is not at the same joint in the same plane",
                "name the movement back",
            )
        elif stated[back.id] is not action:
            yield Diagnostic(
                action.locate("opposite"),
                "not-reciprocal",
                f"'{stated[back.id].id}' also says that its opposite is '{back.id}'",
                "state the pair once",
            )


def impossible_role(library: Library, lost: Lost) -> Iterator[Diagnostic]:
    """A prime mover has the action that it is said to lead."""
    for action in library.of(Action):
        for place, id in enumerate(action.prime_movers):
            muscle = library.find(Muscle, id.split("/")[0])
            part = id.partition("/")[2]
            if muscle is None or (part and part not in muscle.divisions):
                continue
            if action.id not in {fact.id for fact in muscle.facts("actions", part)} and action.id not in muscle.named(
                "actions"
            ):
                yield Diagnostic(
                    action.locate("prime_movers", place),
                    "impossible-role",
                    f"'{id}' is prime mover of '{action.id}', but does not list it under its actions",
                    f"add '{action.id}' to the muscle's actions, or name another prime mover",
                )


def unknown_compartment(library: Library, lost: Lost) -> Iterator[Diagnostic]:
    """A muscle lies in one of its region's compartments."""
    for muscle in library.of(Muscle):
        region = library.find(Region, muscle.region)
        if region and muscle.compartment and muscle.compartment not in region.compartments:
            yield Diagnostic(
                muscle.locate("compartment"),
                "unknown-reference",
                f"the region '{region.id}' has no compartment '{muscle.compartment}'",
                nearest(muscle.compartment, region.compartments)
                or f"it has: {', '.join(region.compartments) or 'none'}",
            )


def odd_one_out(library: Library, lost: Lost) -> Iterator[Diagnostic]:
    """The odd one is among those shown, and is no member of the group; the others are."""
    for group in library.of(Group):
        odd = group.odd_one_out
        if odd is None:
            continue
        members = {muscle.id for muscle in library.members(group)}
        if odd.odd not in odd.among:
            yield Diagnostic(
                group.locate("odd_one_out", "odd"),
                "odd-one-out",
                f"'{odd.odd}' is not among those shown",
                "name one of the muscles under `among`",
            )
        elif odd.odd.split("/")[0] in members and "/" not in odd.odd:
            yield Diagnostic(
                group.locate("odd_one_out", "odd"),
                "odd-one-out",
                f"'{odd.odd}' is a member of the group",
                "name a muscle that does not belong",
            )


def unmeasured(library: Library, lost: Lost) -> Iterator[Diagnostic]:
    """Both sides of a comparison were measured, once."""
    for study in library.of(Study):
        ids = [each.id for each in study.comparisons]
        for place, compared in enumerate(study.subjects()):
            comparison = compared.comparison
            if ids.index(comparison.id) < place:
                yield Diagnostic(
                    study.locate("comparisons", place, "id"),
                    "duplicate-id",
                    f"the comparison '{comparison.id}' stands twice in this study",
                    "rename one of the two",
                )
            if comparison.higher_by_percent is not None:
                continue
            for at, side in enumerate(comparison.compare):
                found = [each for each in study.measurements if comparison.selects(each, side)]
                if not found:
                    yield Diagnostic(
                        study.locate("comparisons", place, "compare", at),
                        "unmeasured",
                        f"no measurement fits '{side}' in this comparison",
                        "add it under `measurements`, or mend `of`, `exercise` or `statistic`",
                    )
                elif len(found) > 1:
                    yield Diagnostic(
                        study.locate("comparisons", place, "compare", at),
                        "unmeasured",
                        f"{len(found)} measurements fit '{side}' in this comparison",
                        "say which `statistic` or `measure` is compared",
                    )
            if len(compared.measured) == 2 and len({study.unit(each) for each in compared.measured}) > 1:
                yield Diagnostic(
                    study.locate("comparisons", place, "compare"),
                    "unmeasured",
                    "the two measurements have different units",
                    "compare values of one unit",
                )


def unknown_tag(library: Library, lost: Lost) -> Iterator[Diagnostic]:
    """Extra tags come from the vocabulary in deck.yaml, and are tags that Anki keeps whole."""
    allowed = frozenset(library.deck.extra_tags) if library.deck else None
    for record in library.records.values():
        if isinstance(record, Subject):
            yield from tags.check(record, allowed)


def exercise_without_pattern(library: Library, lost: Lost) -> Iterator[Diagnostic]:
    """An exercise with a card says which pattern it belongs to."""
    for exercise in library.of(Exercise):
        if exercise.subjects() and exercise.pattern is None:
            yield Diagnostic(
                exercise.locate(),
                "missing-key",
                "an exercise with a card has no 'pattern'",
                "add `pattern: hinge`, or squat, lunge, push, pull, carry, rotation, isolation",
            )


def unfit_masks(library: Library, lost: Lost) -> Iterator[Diagnostic]:
    """Every mask of a picture has its place, its own name, and does not lie over another."""
    for occlusion in library.of(Occlusion):
        yield from masks.check(occlusion, library)


def unused_curriculum(library: Library, lost: Lost) -> Iterator[Diagnostic]:
    """Every step of the curriculum is a folder or file with records."""
    deck = library.deck
    if deck is None:
        return
    paths = {record.document.file.name.removeprefix("cards/") for record in library.records.values()}
    for place, step in enumerate(deck.curriculum):
        folder = step.strip("/")
        if lost.answers("file", f"cards/{folder}"):
            continue
        if not any(path == folder or path.startswith(folder + "/") for path in paths):
            yield Diagnostic(
                deck.locate("curriculum", place),
                "unused-curriculum",
                f"nothing lies at cards/{step}",
                "mend the path, or delete the line",
                "warning",
            )


def _unnamed(kind: str, ids: list[str]) -> str:
    """The next step where no id is near."""
    if kind == "plate":
        return f"the plates are: {', '.join(ids)}" if ids else "`deckbuilder figures` draws them; none is drawn yet"
    return f"write a {kind} record for it, or mend the id"


def _in_parts(record: Subject, fact: str) -> bool:
    if isinstance(record, Muscle):
        return any(getattr(part, fact, ()) for part in record.divisions.values()) or fact == "actions"
    return False


RULES: tuple[Rule, ...] = (
    no_deck,
    duplicate_id,
    unknown_reference,
    uncited,
    one_sided,
    impossible_role,
    unknown_compartment,
    odd_one_out,
    unmeasured,
    unknown_tag,
    exercise_without_pattern,
    unfit_masks,
    unused_curriculum,
)
