"""What every card stands on: a deck, ids that name one thing, names that lead somewhere, and sources."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from deckbuilder.core import letters
from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.records import Bone, Figure, Muscle, Record, Reference, Region, Study, nearest
from deckbuilder.records.base import Subject
from deckbuilder.rules.rule import Found, Seen, at, rule

# Of more ids than these none is looked for by its words: a file may misspell thousands.
MOST = 2_000


@rule(scope="facts")
def no_deck(seen: Seen) -> Iterator[Diagnostic]:
    """A project without a `deck` record, which stands in `cards/deck.yaml`.

    Why: it holds the deck's name and the numbers by which learners' collections know it.

    Bad:
        cards/deck.yaml deleted, or its first line misspelled

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


@rule(scope="facts")
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
    yield from _taken_ids(seen)
    yield from _taken_landmarks(seen)
    yield from _taken_comparisons(seen)


def _taken_ids(seen: Seen) -> Iterator[Diagnostic]:
    """Records that have the id of another one of their kind, those at fault among them."""
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


def _taken_landmarks(seen: Seen) -> Iterator[Found]:
    """Landmarks of which another bone has one of the same id."""
    landmarks: dict[str, Bone] = {}
    for bone in seen.library.of(Bone):
        for id in bone.landmarks:
            if landmarks.setdefault(id, bone) is not bone:
                yield Found(
                    bone,
                    ("landmarks", id),
                    f"the landmark '{id}' also stands under the bone '{landmarks[id].id}'",
                    f"the other one is at {at(landmarks[id], 'landmarks', id, key=True)}; name one after its bone",
                    key=True,
                )


def _taken_comparisons(seen: Seen) -> Iterator[Found]:
    """Comparisons of one study under one id."""
    for study in seen.library.of(Study):
        ids = [each.id for each in study.comparisons]
        for place, id in enumerate(ids):
            if ids.index(id) < place:
                message = f"the comparison '{id}' stands twice in this study"
                yield Found(study, ("comparisons", place, "id"), message, "rename one of the two")


@rule(scope="facts")
def unknown_reference(seen: Seen) -> Iterator[Found]:
    """An id that nothing has, of a muscle, landmark, nerve, source or anything else that records name.

    Why: the card would hold a hole. It is never mended by guessing: 13 pairs of muscles' names in one public list are
    two letters or less apart, so the nearest name may be another muscle.

    Bad:
        insertion: head-of-fibla

    Good:
        insertion: head-of-fibula
    """
    library = seen.library
    # Nearly all are answered by their first kind, and the rest of the question costs more than this.
    asked = (each for each in library.named if not library.answers(each[0][0], each[1]))
    unanswered = {each for each in asked if not _answered(seen, *each)}
    for record in library.records.values() if unanswered else ():
        for reference in record.refers():
            if (reference.kinds, reference.id) in unanswered:
                yield _unknown(seen, record, reference)
    yield from _unknown_compartments(seen)
    yield from _unknown_parts(seen)


def _unknown_compartments(seen: Seen) -> Iterator[Found]:
    """Compartments that the muscle's region does not have."""
    for muscle in seen.library.of(Muscle):
        region = seen.library.find(Region, muscle.region)
        if region and muscle.compartment and muscle.compartment not in region.compartments:
            yield Found(
                muscle,
                ("compartment",),
                f"the region '{region.id}' has no compartment '{muscle.compartment}'",
                nearest(muscle.compartment, region.compartments)
                or f"it has: {', '.join(region.compartments) or 'none'}",
            )


def _unknown_parts(seen: Seen) -> Iterator[Found]:
    """Heads and parts that a figure has meshes for, and the muscle does not have."""
    for figure in seen.library.of(Figure):
        muscle = seen.library.find(Muscle, figure.id)
        for part in figure.meshes:
            if muscle and part and part not in muscle.divisions:
                known = ", ".join(muscle.divisions)
                help = nearest(part, muscle.divisions) or (
                    f"its heads or parts are {known}" if known else "it has none: name the meshes alone"
                )
                yield Found(figure, ("meshes", part), f"{muscle.name} has no head or part '{part}'", help, key=True)


def _answered(seen: Seen, kinds: tuple[str, ...], id: str) -> bool:
    """Whether something of another kind has the id, or a record at fault would have it."""
    other = any(seen.library.answers(kind, id) for kind in kinds[1:])
    return other or any(seen.lost.answers(kind, id) for kind in kinds)


def _unknown(seen: Seen, record: Record, reference: Reference) -> Found:
    """That nothing has the id, and which one may be meant."""
    *others, last = (kind.replace("action", "joint action") for kind in reference.kinds)
    what = f"{', '.join(others)} or {last}" if others else last
    ids = [id for kind in reference.kinds for id in (*seen.library.ids(kind), *seen.lost.of(kind))]
    help = (
        nearest(reference.id, ids)
        or _preferred(reference.id, ids, seen.preferred_ids)
        or _sharing(reference.id, ids)
        or _unnamed(reference.kinds[0], ids)
    )
    return Found(record, reference.path, f"no {what} has the id '{reference.id}'", help, key=reference.named)


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


@rule(scope="facts")
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


@rule(scope="facts")
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


def _in_parts(record: Subject, fact: str) -> bool:
    if isinstance(record, Muscle):
        return any(getattr(part, fact, ()) for part in record.divisions.values()) or fact == "actions"
    return False
