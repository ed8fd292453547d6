"""What the vocabulary knows of bones, joints and nerves, against what muscles are said to do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from deckbuilder.records import Action, Joint, Muscle, Nerve, Region
from deckbuilder.records.base import Named
from deckbuilder.rules.rule import Found, Seen, rule
from deckbuilder.rules.skeleton import OPPOSITE
from deckbuilder.source import Path_
from deckbuilder.words import low


@rule()
def joint_not_crossed(seen: Seen) -> Iterator[Found]:
    """An action at a joint that the muscle does not cross: origin and insertion lie on the same side of it.

    The bones of the attachments are held against the bones of the joint. A structure counts as the bones where its pull
    ends, and bones with `moves_with` as the bone that they move with.

    Why: a muscle moves what lies between its ends. It is the commonest slip with muscles of two joints of which one head
    crosses only one.

    Bad:
        muscle: biceps-femoris
        heads:
          short-head: {origin: linea-aspera, actions: [hip-extension, knee-flexion]}
        insertion: head-of-fibula

    Good:
        heads:
          short-head: {origin: linea-aspera, actions: [knee-flexion]}
    """
    for muscle in seen.library.muscles:
        for part in ("", *muscle.divisions):
            reach = [seen.skeleton.crossed(muscle, each) for each in (part, *(() if part else muscle.divisions))]
            if None in reach:
                continue
            crossed = list(dict.fromkeys(id for joints in reach for id in joints or ()))
            for each in muscle.divisions[part].actions if part else muscle.actions:
                action = seen.library.get(Action, each.id)
                if action.joint in crossed or action.joint not in seen.skeleton.beyond:
                    continue
                joint = low(seen.library.get(Joint, action.joint).name)
                spans = " and ".join(low(seen.library.get(Joint, id).name) for id in crossed) or "no joint"
                yield Found(
                    muscle,
                    (*muscle.stated("actions", part), each.id),
                    f"{_who(muscle, part)} does not cross the {joint}: from origin to insertion it spans {spans}",
                    f"take '{action.id}' out, or mend origin or insertion",
                    key=True,
                )


@rule()
def joint_without_action(seen: Seen) -> Iterator[Found]:
    """A joint that the muscle crosses from bone to bone, and at which it has no action.

    Why: in a muscle of two joints the second one is easily forgotten, and with it every antagonist and synergist that
    follows. Where the muscle truly does nothing there, say why under `lint`.

    Bad:
        muscle: gastrocnemius
        origin: [medial-femoral-condyle, lateral-femoral-condyle]
        insertion: posterior-surface-of-calcaneus
        actions: [ankle-plantar-flexion]

    Good:
        actions: [ankle-plantar-flexion, knee-flexion]
    """
    moved = {action.joint for action in seen.library.of(Action)}
    for muscle in seen.library.muscles:
        if not muscle.named("actions"):
            continue  # told as a gap
        for part in muscle.divisions or ("",):
            acts = {seen.library.get(Action, fact.id).joint for fact in muscle.facts("actions", part)}
            for id in seen.skeleton.crossed(muscle, part, structures=False) or ():
                if id in moved and id not in acts:
                    there = [action.id for action in seen.library.of(Action) if action.joint == id]
                    fitting = [
                        each for each in there if not _wrong_side(seen, muscle, seen.library.get(Action, each), part)
                    ]
                    yield Found(
                        muscle,
                        muscle.stated("actions", part) or ("actions",),
                        f"{_who(muscle, part)} crosses the {low(seen.library.get(Joint, id).name)}, and has no action there",
                        f"add what it does there: {', '.join(fitting or there)}",
                        key=True,
                    )


@rule()
def wrong_side_action(seen: Seen) -> Iterator[Found]:
    """An action that muscles of the other side of the joint have: the muscle lies in front, and is said to pull from behind.

    The joint action says on which `side` its muscles lie; the muscle's compartment says where it lies, and where that has
    no side, the `sides` of its landmarks do.

    Why: the direction of a movement follows from the side on which a muscle passes the joint, so an opposite is easily
    typed and easily seen. A tendon that changes sides on its way, like that of sartorius, is an exception with a reason.

    Bad:
        muscle: semitendinosus
        compartment: posterior
        actions: [hip-flexion, knee-flexion]

    Good:
        actions: [hip-extension, knee-flexion]
    """
    for muscle in seen.library.muscles:
        for part in ("", *muscle.divisions):
            own = muscle.divisions[part].actions if part else muscle.actions
            for each in own:
                action = seen.library.get(Action, each.id)
                if _wrong_side(seen, muscle, action, part):
                    back = seen.library.opposite(action)
                    joint = low(seen.library.get(Joint, action.joint).name)
                    lies = OPPOSITE[str(action.side)]
                    yield Found(
                        muscle,
                        (*muscle.stated("actions", part), each.id),
                        f"'{each.id}' is done from the {action.side} side of the {joint}, and {_who(muscle, part)} lies on the {lies} one",
                        f"did you mean '{back.id}'?" if back else "mend the action, or the compartment",
                        key=True,
                    )


@rule()
def foreign_root(seen: Seen) -> Iterator[Found]:
    """A spinal root of a muscle that none of its nerves carries, or of a branch that its trunk does not carry.

    Why: either the root is wrong or the nerve is. Both are on one card.

    Bad:
        nerve: femoral                      # L2, L3, L4
        roots: [L2, L3, L5]

    Good:
        nerve: femoral
        roots: [L2, L3, L4]
    """
    library = seen.library
    for muscle in library.muscles:
        for part in ("", *muscle.divisions):
            roots = muscle.divisions[part].roots if part else muscle.roots
            nerves = [library.get(Nerve, id) for id in dict.fromkeys(fact.id for fact in muscle.facts("nerve", part))]
            carried = {root for nerve in nerves for root in nerve.roots}
            path = ("heads" if muscle.heads else "parts", part, "roots") if part else ("roots",)
            for place, root in enumerate(roots if nerves else ()):
                if root not in carried:
                    which = " and the ".join(low(nerve.name) for nerve in nerves)
                    message = f"the {which} does not carry {root}"
                    help = (
                        f"it carries {', '.join(sorted(carried))}; mend the root, or the nerve{_carrying(seen, roots)}"
                    )
                    yield Found(muscle, (*path, place), message, help)
    for nerve in library.of(Nerve):
        trunk = library.find(Nerve, nerve.part_of) if nerve.part_of else None
        for place, root in enumerate(nerve.roots):
            if trunk and root not in trunk.roots:
                message = f"the {low(trunk.name)}, of which it is a part, does not carry {root}"
                help = f"mend the root, or `part_of`: the trunk carries {', '.join(trunk.roots)}{_carrying(seen, nerve.roots, nerve)}"
                yield Found(nerve, ("roots", place), message, help)


def _carrying(seen: Seen, roots: Iterable[str], branch: Nerve | None = None) -> str:
    """The nerves, or the trunks of a branch, that carry all of these roots: '; all of them: …'."""
    every = set(roots)
    fitting = [
        nerve.id
        for nerve in sorted(seen.library.of(Nerve), key=lambda each: (len(each.roots), each.id))
        if every <= {*nerve.roots} and nerve is not branch and not (branch and nerve.part_of)
    ]
    return f" (all of {', '.join(roots)}: {', '.join(fitting[:3])})" if fitting else ""


@rule()
def joint_order(seen: Seen) -> Iterator[Found]:
    """A bone that lies beyond two joints of one chain: the bones of one of them are in the wrong order.

    A joint names the bone nearer to the trunk first. Two bones of one limb side by side, like the forearm's, have joints
    with each other and share the one above, which is no fault.

    Why: on which side of a joint an attachment lies, and so which joints a muscle crosses, follows from this order.

    Bad:
        - {joint: hip, bones: [hip-bone, femur]}
        - {joint: knee, bones: [tibia, femur]}

    Good:
        - {joint: hip, bones: [hip-bone, femur]}
        - {joint: knee, bones: [femur, tibia]}
    """
    far: dict[str, Joint] = {}
    joints = [joint for joint in seen.library.of(Joint) if len(joint.bones) == 2]
    for joint in sorted(joints, key=lambda each: each.bones[1]):
        near, bone = joint.bones
        other = far.setdefault(bone, joint)
        if other is joint or any({*each.bones} == {other.bones[0], near} for each in joints):
            continue
        for one, its in ((other, joint), (joint, other)):
            # The bone that is no far bone of any joint, though it has one below it, hangs in the air.
            if not any(each.bones[1] == one.bones[0] for each in joints) and any(
                each is not one and each.bones[0] == one.bones[0] for each in joints
            ):
                message = f"the {low(one.name)} has '{bone}' on its far side, and so has the {low(its.name)}"
                help = f"the bone nearer to the trunk stands first: [{bone}, {one.bones[0]}]"
                yield Found(one, ("bones",), message, help)
                break


@rule()
def odd_nerve(seen: Seen) -> Iterator[Found]:
    """A muscle without the nerve that nearly all the others of its compartment have.

    Why: a compartment has, as a rule, one nerve, and the neighbour's nerve is the slip that the exam asks for. A true
    exception is worth a sentence: say it under `lint`, and in `why`.

    Bad:
        muscle: semitendinosus
        compartment: posterior              # of the thigh: tibial nerve
        nerve: femoral

    Good:
        nerve: tibial
    """
    rooms: dict[tuple[str, str], list[Muscle]] = {}
    for muscle in seen.library.muscles:
        if muscle.compartment and muscle.named("nerve"):
            rooms.setdefault((muscle.region, muscle.compartment), []).append(muscle)
    for (region, compartment), muscles in rooms.items():
        counts = Counter(id for muscle in muscles for id in muscle.named("nerve"))
        usual, number = max(counts.items(), key=lambda each: (each[1], each[0]))
        if number < max(3, seen.limit("shared-nerve-percent") / 100 * len(muscles)):
            continue
        room = low(seen.library.get(Region, region).compartments.get(compartment, compartment))
        for muscle in muscles:
            if usual not in muscle.named("nerve"):
                others = f"{number} of the {len(muscles)} muscles of the {room} compartment have the {low(seen.library.name(usual, 'nerve'))}"
                own = " and ".join(low(seen.library.name(id, "nerve")) for id in sorted(muscle.named("nerve")))
                help = f"write '{usual}', or say under `lint` why it is the exception"
                yield Found(muscle, muscle.stated("nerve"), f"{others}, and {low(muscle.name)} the {own}", help)


_SIDES = {
    "medial": ("medial", "inner", "medialis", "internus"),
    "lateral": ("lateral", "outer", "lateralis", "externus"),
    "anterior": ("anterior", "front"),
    "posterior": ("posterior", "back"),
    "proximal": ("proximal", "upper"),
    "distal": ("distal", "lower"),
}
ACROSS = ("medial", "lateral", "anterior", "posterior")
_SIDE_OF = {word: side for side, words in _SIDES.items() for word in words}
_SIDE = re.compile(rf"\b({'|'.join(_SIDE_OF)})\b", re.IGNORECASE)
# 'medial surface of the greater trochanter': a part of what lies lateral may well be medial.
_PART_OF = re.compile(
    rf"\b(?:{'|'.join(_SIDE_OF)})(?: and \w+)? (?:surface|lip|border|part|half|margin|edge|third|facet|end|rim|fibres)"
)
_MUSCLES = re.compile(
    r"\b(?:obturator|vastus|pterygoid|oblique|intercostal)\w* \w+(?=[,;.)]|$| and| or| of)", re.IGNORECASE
)
_OF_MUSCLE = re.compile(r" (?:side|aspect|part)\b|$|,| of the (?:knee|shin|leg|tibia|thigh)\b")
_ENDS = re.compile(r"\b(?:ends?|ending|inserts?|insertion|attach(?:es|ed)?)\b", re.IGNORECASE)


def _said(text: str) -> dict[str, str]:
    """Sides that a text names, each with the word for it. *Internus* names a muscle, never a side of something else."""
    return {_SIDE_OF[each[0].lower()]: each[0] for each in _SIDE.finditer(_MUSCLES.sub("", text))}


@rule()
def side_slip(seen: Seen) -> Iterator[Found]:
    """A side in words that is the opposite of where the landmark, or the muscle, lies.

    Held against the id: a name. Held against the bones' `sides`: the small print of a landmark; the words before a landmark's name in a text; the name
    of a muscle or a head that holds a side (vastus *lateralis*), against the small print of its attachments; and what
    contrasts say of where a muscle ends.

    Why: medial and lateral, anterior and posterior are swapped in typing more often than anything else in anatomy, and the
    sentence reads as well as before.

    Bad:
        insertion: {head-of-fibula: medial side}
        confuse_with: {semitendinosus: ends on the lateral side of the knee}

    Good:
        insertion: {head-of-fibula: lateral side}
        confuse_with: {semitendinosus: ends on the medial side of the knee}
    """
    yield from _of_names(seen)
    yield from _small_print(seen)
    yield from _before_landmarks(seen)
    yield from _of_muscles(seen)


def _of_names(seen: Seen) -> Iterator[Found]:
    """Ids stay when names are typed again: an id that says another side tells of the slip."""
    for record in seen.records:
        for said in record.texts():
            if said.role != "name":
                continue
            id = said.path[-1] if len(said.path) > 1 and said.path[-1] != "name" else record.id
            by_id, by_name = _named(str(id).replace("-", " ")), _named(said.text)
            for side, word in by_name.items():
                if OPPOSITE[side] in by_id and side not in by_id and OPPOSITE[side] not in by_name:
                    fixed = said.text.replace(word, _other(word))
                    yield Found(
                        record,
                        said.path,
                        f"the id says {OPPOSITE[side]}, the name {side}",
                        f"write '{fixed}'",
                        word=word,
                    )


def _small_print(seen: Seen) -> Iterator[Found]:
    for muscle in seen.library.muscles:
        for label, part, holder in (
            ("", "", muscle),
            *(("heads" if muscle.heads else "parts", id, each) for id, each in muscle.divisions.items()),
        ):
            before = (label, part) if part else ()
            name = f"{muscle.part_name(part) if part else ''} {muscle.name}"
            named = _named(name)
            for about in ("origin", "insertion"):
                for each in getattr(holder, about):
                    path = (*before, about, each.id)
                    lies = seen.skeleton.sides.get(each.id, ())
                    for clause in re.split(r"[;,]", each.detail):
                        yield from _clause(seen, muscle, path, each, clause, name.strip())
                    for side in lies if part and about == "origin" else ():
                        if OPPOSITE[side] in named and side not in named:
                            message = f"the {muscle.part_name(part).lower()} starts at a landmark that lies {side}"
                            help = f"name the {OPPOSITE[side]} one{_twin(seen, each.id)}, or another head"
                            yield Found(muscle, path, message, help, key=True)


def _clause(seen: Seen, muscle: Muscle, path: Path_, site: Named, clause: str, name: str) -> Iterator[Found]:
    """The small print of a landmark against where that lies, and against the name of the muscle or head."""
    lies, said, named = seen.skeleton.sides.get(site.id, ()), _said(clause), _named(name)
    for side, word in said.items():
        fixed = f"write '{site.detail.replace(word, _other(word), 1)}'"
        if OPPOSITE[side] in said or side not in ACROSS:
            continue
        if OPPOSITE[side] in lies and not _PART_OF.search(clause):
            message = f"the {low(seen.library.site_short(site.id))} lies {OPPOSITE[side]}, not {side}"
            yield Found(muscle, path, message, f"{fixed}, or name another landmark{_twin(seen, site.id)}", word=word)
        elif OPPOSITE[side] in named and side not in named and not {side, OPPOSITE[side]} & {*lies}:
            yield Found(
                muscle, path, f"'{word}' stands against the name, {name}", f"{fixed}, if that is meant", word=word
            )


def _twin(seen: Seen, id: str) -> str:
    """The landmark of the other side, where its id tells: ': lateral-femoral-condyle'."""
    other = _SIDE.sub(lambda found: _other(found[0]), id.replace("-", " ")).replace(" ", "-")
    return f": '{other}'" if other != id and other in seen.library.landmarks else ""


def _before_landmarks(seen: Seen) -> Iterator[Found]:
    for record, said in seen.texts:
        if said.role == "name" or not _SIDE.search(said.text):
            continue
        mentions = [each for each in seen.lexicon.mentions(said.text) if each.kind == "landmark"]
        for each in mentions:
            lies = seen.skeleton.sides.get(each.id, ())
            word = said.text[: each.start].split()[-1:] or [""]
            side = _SIDE_OF.get(word[0].lower().strip("*_("), "")
            if side and OPPOSITE[side] in lies:
                name = said.text[each.start : each.end]
                message = f"'{word[0]} {name}': the {name.lower()} lies {OPPOSITE[side]}"
                yield Found(
                    record, said.path, message, f"write '{_other(word[0])}', or name another landmark", word=word[0]
                )


def _of_muscles(seen: Seen) -> Iterator[Found]:
    for each in seen.statements:
        muscle = each.muscle
        part = each.part if each.part in muscle.divisions else ""
        ends = {side for fact in muscle.facts("insertion", part) for side in seen.skeleton.sides.get(fact.id, ())}
        whole = ends | {side for fact in muscle.facts("origin") for side in seen.skeleton.sides.get(fact.id, ())}
        if muscle.compartment in OPPOSITE:
            whole.add(muscle.compartment)
        for clause in each.text.split(" and "):
            said = _said(clause)
            ending = bool(_ENDS.search(clause))
            lies = ends if ending else whole
            for side, word in said.items():
                whose = _OF_MUSCLE.match(clause, clause.index(word) + len(word))  # 'the lateral condyle' is of the bone
                if not ((ending and whose) or clause.split()[:1] == [word]) or side not in ("medial", "lateral"):
                    continue
                if side not in lies and OPPOSITE[side] in lies and OPPOSITE[side] not in said:
                    where = "ends" if ending else "lies"
                    message = f"{low(muscle.name)} {where} on the {OPPOSITE[side]} side, not on the {side} one"
                    yield Found(each.record, each.path, message, f"write '{_other(word)}'", word=word)


def _named(name: str) -> dict[str, str]:
    """The sides in a muscle's own name."""
    return {_SIDE_OF[each[0].lower()]: each[0] for each in _SIDE.finditer(name)}


def _other(word: str) -> str:
    """The same sort of word for the opposite side: 'outer' for 'inner'."""
    side = _SIDE_OF[word.lower()]
    found = _SIDES[OPPOSITE[side]][min(_SIDES[side].index(word.lower()), len(_SIDES[OPPOSITE[side]]) - 1)]
    return found.capitalize() if word[:1].isupper() else found


def _wrong_side(seen: Seen, muscle: Muscle, action: Action, part: str) -> bool:
    return bool(action.side) and seen.skeleton.side_at(muscle, action, part) == {OPPOSITE[str(action.side)]}


def _who(muscle: Muscle, part: str) -> str:
    """'the long head of biceps femoris' or 'soleus'"""
    return f"the {muscle.part_name(part).lower()} of {low(muscle.name)}" if part else low(muscle.name)
