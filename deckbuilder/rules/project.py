"""What later stages rely on: a deck, ids that name one thing, names that lead somewhere, both sides of a comparison."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import partial

from deckbuilder.anatomy import tags
from deckbuilder.core import letters
from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.records import Action, Bone, Exercise, Group, Muscle, Region, Study, nearest
from deckbuilder.records.base import Subject
from deckbuilder.rules.rule import Fix, Found, Seen, rule
from deckbuilder.source import Path_

# Of more ids than these none is looked for by its words: a file may misspell thousands.
MOST = 2_000


@rule()
def no_deck(seen: Seen) -> Iterator[Diagnostic]:
    """A project without a `deck` record, which stands in `cards/deck.yaml`.

    Why: it holds the deck's name and the numbers by which learners' collections know it.

    Bad:
        cards/deck.yaml deleted, or its first line misspelt

    Good:
        deck: trainer-anatomy
        name: Trainer Anatomy
    """
    if seen.library.deck is None and not seen.lost.answers("deck", ""):
        yield Diagnostic(
            Location("cards/deck.yaml", 1, 1),
            "no-deck",
            "no record is a `deck`",
            "see docs/source-cards.md, or make a project with `deckbuilder new`",
        )


@rule()
def duplicate_id(seen: Seen) -> Iterator[Found | Diagnostic]:
    """An id that names two records of one kind, two landmarks, or two comparisons of one study.

    Why: two records of one id would be one note to Anki, and only one of them would be updated.

    Bad:
        - muscle: soleus
        - muscle: soleus                    # copied, and the id forgotten

    Good:
        - muscle: soleus
        - muscle: plantaris
    """
    pairs = [(first.document, second.document) for first, second in seen.library.duplicates]
    for document in seen.lost.documents:  # a record at fault has its id all the same
        kind, id = next(iter(document.value.items()), ("", ""))
        record = seen.library.records.get((kind, str(id)))
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
    for bone in seen.library.of(Bone):
        for id in bone.landmarks:
            if landmarks.setdefault(id, bone) is not bone:
                yield Found(
                    bone,
                    ("landmarks", id),
                    f"the landmark '{id}' also stands under the bone '{landmarks[id].id}'",
                    f"the other one is at {landmarks[id].locate('landmarks', id, key=True)}; name one after its bone",
                    key=True,
                )
    for study in seen.library.of(Study):
        ids = [each.id for each in study.comparisons]
        for place, id in enumerate(ids):
            if ids.index(id) < place:
                message = f"the comparison '{id}' stands twice in this study"
                yield Found(study, ("comparisons", place, "id"), message, "rename one of the two")


@rule()
def unknown_reference(seen: Seen) -> Iterator[Found]:
    """An id that nothing has, of a muscle, landmark, nerve, source or anything else that records name.

    Why: the card would hold a hole. It is never mended by guessing: 13 pairs of muscles' names in one public list are
    two letters or less apart, so the nearest name may be another muscle.

    Bad:
        insertion: head-of-fibla

    Good:
        insertion: head-of-fibula
    """
    library, lost = seen.library, seen.lost
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
            yield Found(
                record,
                reference.path,
                f"no {what} has the id '{reference.id}'",
                nearest(reference.id, ids)
                or _preferred(reference.id, ids, seen.preferred_ids)
                or _sharing(reference.id, ids)
                or _unnamed(reference.kinds[0], ids),
                key=reference.named,
            )
    for muscle in library.of(Muscle):
        region = library.find(Region, muscle.region)
        if region and muscle.compartment and muscle.compartment not in region.compartments:
            yield Found(
                muscle,
                ("compartment",),
                f"the region '{region.id}' has no compartment '{muscle.compartment}'",
                nearest(muscle.compartment, region.compartments)
                or f"it has: {', '.join(region.compartments) or 'none'}",
            )


@rule()
def uncited(seen: Seen) -> Iterator[Found]:
    """A record with cards and without a source.

    Why: what nobody can look up, nobody can check, and textbooks disagree about anatomy.
    Source: P. Wozniak, Twenty rules of formulating knowledge, rule 18: provide sources.

    Bad:
        claim: squats-are-bad
        sources: []

    Good:
        claim: squats-are-bad
        sources: [lorenzetti-2018]
    """
    for record in seen.library.records.values():
        if isinstance(record, Subject) and record.subjects() and not any(record.sources.values()):
            yield Found(record, (), f"{record.key} has no source", "add `sources: id`")


@rule()
def unknown_fact(seen: Seen) -> Iterator[Found]:
    """A source for a fact that the record does not state.

    Why: the fact was renamed or deleted, and its source would go unseen.

    Bad:
        sources: {orgin: [gray-1918]}

    Good:
        sources: {origin: [gray-1918]}
    """
    for record in seen.library.records.values():
        if not isinstance(record, Subject):
            continue
        for fact in record.sources:
            if fact != "all" and fact not in record.document.value and not _in_parts(record, fact):
                yield Found(
                    record,
                    ("sources", fact),
                    f"the record states nothing under '{fact}'",
                    nearest(fact, record.document.value) or "name one of its keys, or `all`",
                    key=True,
                )


@rule()
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
        if back is None or not all(library.answers("joint", each.joint) for each in (action, back)):
            continue
        found = partial(Found, action, ("opposite",))
        if back.opposite and back.opposite != action.id:
            yield found(f"the opposite of '{back.id}' is said to be '{back.opposite}'", _back(seen, action, stated))
        elif (back.joint, back.plane) != (action.joint, action.plane) or back is action:
            message, help = f"'{back.id}' is not at the same joint in the same plane", _back(seen, action, stated)
            if back.joint == action.joint and back is not action:
                message += f": that is {back.plane}, this one {action.plane}"
                help = f"mend `plane` of one of the two, or {help}"
            yield found(message, help)
        elif stated[back.id] is not action:
            yield found(f"'{stated[back.id].id}' also says that its opposite is '{back.id}'", "state the pair once")


def _back(seen: Seen, action: Action, stated: Mapping[str, Action]) -> str:
    """The next step: the movements that could be the way back."""
    fitting = [
        each.id
        for each in seen.library.of(Action)
        if each is not action
        and (each.joint, each.plane) == (action.joint, action.plane)
        and each.opposite in (None, action.id)
        and stated.get(each.id, action) is action
    ]
    return f"name the movement back: {' or '.join(fitting)}" if fitting else "name the movement back"


@rule()
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
            muscle = seen.library.find(Muscle, id.split("/")[0])
            part = id.partition("/")[2]
            if muscle is None or (part and part not in muscle.divisions):
                continue
            if not all(seen.library.answers("action", each) for each in muscle.named("actions")):
                continue  # the one that is misspelt may be this one
            if action.id not in {fact.id for fact in muscle.facts("actions", part)} and action.id not in muscle.named(
                "actions"
            ):
                yield Found(
                    action,
                    ("prime_movers", place),
                    f"'{id}' is prime mover of '{action.id}', but does not list it under its actions",
                    f"add '{action.id}' to the muscle's actions, or name another prime mover",
                )


@rule()
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
            help = (
                f"the one that does not belong is '{others[0]}'"
                if len(others) == 1
                else "name one that does not belong"
            )
            yield found(f"'{odd.odd}' is a member of the group", help)


@rule()
def unmeasured(seen: Seen) -> Iterator[Found]:
    """A comparison of which a side was not measured, or was measured twice, or in another unit.

    Why: ratio and band are computed from the two values. Without both there is no answer.

    Bad:
        measurements: [{exercise: squat, of: gluteus-maximus, value: 29.4}]
        comparisons: [{id: upper, compare: [squat, hip-thrust], of: gluteus-maximus, caveat: …}]

    Good:
        measurements:
          - {exercise: squat, of: gluteus-maximus, value: 29.4}
          - {exercise: hip-thrust, of: gluteus-maximus, value: 69.5}
    """
    for study in seen.library.of(Study):
        if not all(any(seen.library.answers(kind, each.id) for kind in each.kinds) for each in study.refers()):
            continue  # what is misspelt may be what is compared
        for place, compared in enumerate(study.subjects()):
            comparison = compared.comparison
            if comparison.higher_by_percent is not None:
                continue
            for at, side in enumerate(comparison.compare):
                fitting = [each for each in study.measurements if comparison.selects(each, side)]
                found = partial(Found, study, ("comparisons", place, "compare", at))
                if not fitting:
                    help = "add it under `measurements`, or mend `of`, `exercise` or `statistic`"
                    yield found(f"no measurement fits '{side}' in this comparison", help)
                elif len(fitting) > 1:
                    message = f"{len(fitting)} measurements fit '{side}' in this comparison"
                    yield found(message, "say which `statistic` or `measure` is compared")
            measured = compared.measured
            if len(measured) == 2 and len({study.unit(each) for each in measured}) > 1:
                one, other = (f"{each.value:g} {study.unit(each) or '(without a unit)'}" for each in measured)
                bare = next((each for each in measured if not study.unit(each)), None)
                help = (
                    "compare values of one unit; `unit` of a measurement, or `normalised_to` of the study, says which"
                )
                where = ("measurements", study.measurements.index(bare)) if bare else ("comparisons", place, "compare")
                yield Found(study, where, f"'{comparison.id}' compares {one} with {other}", help)


@rule()
def tag(seen: Seen) -> Iterator[Diagnostic]:
    """An extra tag that is not in the vocabulary of `deck.yaml`, or that Anki would not keep whole.

    Why: learners' filtered decks go by tags, and a tag that is spelt in two ways is two tags.

    Bad:
        tags: [exam week]

    Good:
        tags: [Exam_week]                   # and `extra_tags: [Exam_week]` in cards/deck.yaml
    """
    allowed = frozenset(map(letters.composed, seen.library.deck.extra_tags)) if seen.library.deck else None
    for record in seen.library.records.values():
        if isinstance(record, Subject):
            yield from tags.check(record, allowed)


@rule()
def same_name(seen: Seen) -> Iterator[Found]:
    """Two names of which Anki makes one tag, or one deck: alike but for case, signs, or the way an accent is typed.

    Why: learners who search for one of the two get both, and nothing tells them apart any more.

    Bad:
        - {region: arm, name: Arm}
        - {region: upper-arm, name: ARM}

    Good:
        - {region: arm, name: Arm}
        - {region: upper-arm, name: Upper arm}
    """
    for one, other in tags.collisions(seen.library):
        if isinstance(other.record, Muscle) and isinstance(one.record, Muscle) and one.name == other.name:
            continue  # of two muscles of one name all that they ask is told by rules of their own
        both = f"'{one.name}' and '{other.name}'" if one.name != other.name else f"two things called '{other.name}'"
        message = f"{both} are one tag to Anki: {other.tag}"
        help = f"the other one is at {one.where}; let their letters or digits differ"
        yield Found(other.record, other.path, message, help)
    deck = seen.library.deck
    first: dict[str, str] = {}
    for id, each in deck.subdecks.items() if deck else ():
        one_id = first.setdefault(letters.folded(each.name), id)
        if deck and one_id != id:
            message = f"'{each.name}' and '{deck.subdecks[one_id].name}' are one deck to Anki"
            help = f"the other one is at {deck.locate('subdecks', one_id, 'name')}; rename one of the two"
            yield Found(deck, ("subdecks", id, "name"), message, help)


@rule()
def listed_twice(seen: Seen) -> Iterator[Found]:
    """An id or a text that stands twice in one list: groups, roots, prime movers, sources, tags, topics, whatever it is.

    Why: it is counted, asked or shown twice, or something else was meant that is missing now.
    Fix: the second is taken out.

    Bad:
        groups: [hamstrings, hamstrings]

    Good:
        groups: [hamstrings]
    """
    for record in seen.library.records.values():
        for path, text, first in _doubled(record.document.value):
            if path[-2:-1] == ("compare",):
                yield Found(record, path, f"'{text}' is compared with itself", "name the other one")
                continue
            place = record.locate(*path[:-1], first)
            message, help = f"'{text}' stands twice in this list", f"the first is at {place}; name it once, or mend one"
            yield Found(record, path, message, help, fix=Fix(path, None))


@rule()
def missing_pattern(seen: Seen) -> Iterator[Found]:
    """An exercise with a card that belongs to no pattern of movement.

    Why: the pattern is on its card, and in its tag.

    Bad:
        exercise: hip-thrust
        actions: [hip-extension]

    Good:
        exercise: hip-thrust
        pattern: hinge
        actions: [hip-extension]
    """
    for exercise in seen.library.of(Exercise):
        if exercise.subjects() and exercise.pattern is None:
            yield Found(
                exercise,
                (),
                "an exercise with a card has no 'pattern'",
                "add `pattern: hinge`, or squat, lunge, push, pull, carry, rotation, isolation",
            )


@rule()
def unused_curriculum(seen: Seen) -> Iterator[Diagnostic]:
    """A step of the curriculum at which nothing lies; a warning.

    Why: the folder was renamed, and its cards are now taught last.

    Bad:
        curriculum: [muscles/hips]

    Good:
        curriculum: [muscles/hip]
    """
    deck = seen.library.deck
    if deck is None:
        return
    paths = {record.document.file.name.removeprefix("cards/") for record in seen.library.records.values()}
    for place, step in enumerate(deck.curriculum):
        folder = step.strip("/")
        if seen.lost.answers("file", f"cards/{folder}"):
            continue
        if not any(path == folder or path.startswith(folder + "/") for path in paths):
            yield Diagnostic(
                deck.locate("curriculum", place),
                "unused-curriculum",
                f"nothing lies at cards/{step}",
                "mend the path, or delete the line",
            )


def _doubled(value: object, path: Path_ = ()) -> Iterator[tuple[Path_, str, int]]:
    """Texts that a list has already: the path to the second, the text, and where the first is."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _doubled(each, (*path, key))
    elif isinstance(value, list):
        first: dict[str, int] = {}
        for place, each in enumerate(value):
            if isinstance(each, str):
                text = " ".join(letters.composed(each).split())
                if first.setdefault(text, place) < place:
                    yield (*path, place), text, first[text]
            else:
                yield from _doubled(each, (*path, place))


def _preferred(id: str, ids: list[str], preferred: Mapping[str, str]) -> str:
    """Whether something has the id with the words that the deck prefers: 'common-fibular' for 'common-peroneal'."""
    other = f"-{id}-"
    for term, better in preferred.items():
        other = other.replace(term, better)
    return f"this deck says '{other.strip('-')}'" if other.strip("-") in ids and other.strip("-") != id else ""


def _sharing(id: str, ids: Collection[str]) -> str:
    """Ids that have most of its words: 'prone-leg-curl' and 'seated-leg-curl' for 'lying-leg-curl'."""
    if len(ids) > MOST:
        return ""
    own = {*id.split("-")}
    shared = sorted((-len(own & {*other.split("-")}), other) for other in ids)
    near = [other for number, other in shared if -number * 2 > len(own) and number == shared[0][0]]
    return f"is it one of these: {', '.join(near[:4])}?" if near else ""


def _unnamed(kind: str, ids: list[str]) -> str:
    """The next step where no id is near."""
    if kind == "plate":
        return f"the plates are: {', '.join(ids)}" if ids else "`deckbuilder figures` draws them; none is drawn yet"
    return f"write {letters.an(kind)} record for it, or mend the id"


def _in_parts(record: Subject, fact: str) -> bool:
    if isinstance(record, Muscle):
        return any(getattr(part, fact, ()) for part in record.divisions.values()) or fact == "actions"
    return False
