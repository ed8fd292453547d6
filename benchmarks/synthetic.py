"""A project of N notes in our own source format, the same bytes every time.

`python -m benchmarks.synthetic DIR N`

It grows by blocks of 50 notes: 42 muscles (four facts, a sentence on why, three typed tags), the 4 joint
actions that they have, and 4 groups of four. Each block brings its own bone, joints and nerves, so that as
many muscles share a landmark or a movement as in a real deck, whatever N is.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

BLOCK = 50
MUSCLES = 42
GROUPS = 4
GROUP_SIZE = 4
BLOCKS_A_FOLDER = 40

_SYLLABLES = re.findall("..", "bacedifogulamenoporusatevizocuralemiwina")
_ROLES = ("Flexor", "Extensor", "Adductor", "Rotator", "Levator", "Tensor", "Pronator", "Vastus")
_LANDMARKS = re.findall(
    r"\w+",
    "tuberosity crest spine line fossa condyle epicondyle tubercle head neck shaft notch "
    "ridge groove process facet angle margin apex base ramus arch trochanter eminence",
)
_HALF = len(_LANDMARKS) // 2
_MOVEMENTS = (
    ("flexion", "flexes", "sagittal"),
    ("extension", "extends", "sagittal"),
    ("abduction", "abducts", "frontal"),
    ("adduction", "adducts", "frontal"),
)
_TIERS = ("core", "useful", "useful", "deep")
_TAGS = (*(f"Plan::Week_{week}" for week in range(1, 13)), "Lab::Model", "Lab::Atlas", "Lab::Palpation")
_DECK = """\
deck: synthetic
name: Synthetic anatomy
anki_id: 1763779300100
edition: 2026-11
namespace: synthetic
tag_root: SY
about: Made by benchmarks/synthetic.py; no such muscles exist.
license: CC0
subdecks:
  facts: {name: 1 Facts, id: 1763779300101}
note_types:
  prefix: SY
  ids: {muscle: 1763779301001, action: 1763779301002, group: 1763779301003}
curriculum: [notes/000]
"""
_SOURCE = """\
- source: atlas
  authors: Roe R, Doe J
  title: An atlas of muscles that do not exist
  publisher: Nowhere Press
  year: 2026
  license: CC0
  read: all of it
- region: body
  name: Body
"""


def write(folder: Path, notes: int) -> None:
    """The project, in a folder that is empty or not there yet. `notes`: a multiple of 50."""
    if notes < BLOCK or notes % BLOCK:
        raise ValueError(f"{notes} is not a multiple of {BLOCK}")
    extra = "".join(f"  - {tag}\n" for tag in _TAGS)
    _file(folder, "deck.yaml", f"{_DECK}extra_tags:\n{extra}")
    _file(folder, "vocabulary/common.yaml", _SOURCE)
    for block in range(notes // BLOCK):
        name = f"{block // BLOCKS_A_FOLDER:03}/{block:05}.yaml"
        _file(folder, f"vocabulary/{name}", "".join(_vocabulary(block)))
        _file(folder, f"notes/{name}", "".join(_notes(block)))


def edit(folder: Path, words: str) -> None:
    """Other words on one muscle of the first file: what an author does between two builds."""
    path = folder / "cards/notes/000/00000.yaml"
    lines = path.read_text("utf-8").splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("  why:"))
    lines[place] = f"  why: {words}"
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _file(folder: Path, name: str, text: str) -> None:
    path = folder / "cards" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="\n")


def _vocabulary(block: int) -> Iterator[str]:
    here = _word(block)
    yield f"- region: {here}-region\n  name: {here.capitalize()} region\n  part_of: body\n"
    yield "  compartments: {anterior: Anterior, posterior: Posterior}\n"
    yield f"- bone: {here}\n  name: {here.capitalize()}\n  region: {here}-region\n  landmarks:\n"
    for each in _LANDMARKS:
        yield f"    {each}-of-{here}: {each.capitalize()} of the {here} bone\n"
    for joint in _joints(block):
        yield f"- joint: {joint}\n  name: {_name(joint)} joint\n"
        yield f"  region: {here}-region\n  bones: [{here}]\n"
    for place, nerve in enumerate(_nerves(block)):
        yield f"- nerve: {nerve}\n  name: {_name(nerve)} nerve\n"
        yield f"  roots: [L{1 + place}, L{2 + place}, L{3 + place}]\n"


def _notes(block: int) -> Iterator[str]:
    here = _word(block)
    muscles = [_word(1 + block * MUSCLES + place) for place in range(MUSCLES)]
    names = [f"{_ROLES[(block + place) % len(_ROLES)]} {word}" for place, word in enumerate(muscles)]
    ids = [name.lower().replace(" ", "-") for name in names]
    for place, id in enumerate(ids):
        yield from _muscle(block, place, id, names[place])
    for at, (movement, verb, plane) in enumerate(_MOVEMENTS):
        joint = _joints(block)[at // 2]
        movers = [id for place, id in enumerate(ids) if at in _moves(place)][:2]
        yield f"- action: {joint}-{movement}\n  name: {_name(joint)} {movement}\n"
        yield f"  joint: {joint}\n  plane: {plane}\n"
        if at % 2:
            yield f"  opposite: {joint}-{_MOVEMENTS[at - 1][0]}\n"
        yield f"  phrase: {verb} the {joint.replace('-', ' ')}\n  prime_movers: [{', '.join(movers)}]\n"
        yield f"  example: the way up from drill {block} at the {joint.replace('-', ' ')}\n"
        yield f"{_tags(block + at)}  sources: atlas\n"
    for at in range(GROUPS):
        yield f"- group: {here}-group-{at + 1}\n  name: {here.capitalize()} quartet {at + 1}\n"
        yield f"  region: {here}-region\n  complete: {{muscles: {GROUP_SIZE}, sources: atlas}}\n  tell_apart:\n"
        for id in ids[at * GROUP_SIZE : (at + 1) * GROUP_SIZE]:
            yield f"    {id}: the one nearest to the {id.split('-')[1]} line\n"
        yield f"{_tags(block + at + 4)}  sources: atlas\n"


def _muscle(block: int, place: int, id: str, name: str) -> Iterator[str]:
    here = _word(block)
    first, second = _LANDMARKS[place % _HALF], _LANDMARKS[(place * 5 + 1) % _HALF]
    last = _LANDMARKS[_HALF + (place * 7 + place // _HALF) % _HALF]
    moves = ", ".join(f"{_joints(block)[at // 2]}-{_MOVEMENTS[at][0]}" for at in _moves(place))
    yield f"- muscle: {id}\n  name: {name}\n  latin: Musculus {name.lower()}\n  region: {here}-region\n"
    yield f"  compartment: {('anterior', 'posterior')[place % 2]}\n"
    if place < GROUPS * GROUP_SIZE:
        yield f"  groups: [{here}-group-{place // GROUP_SIZE + 1}]\n"
    if place % 2 and second != first:
        yield f"  origin: [{first}-of-{here}, {second}-of-{here}]\n"
    else:
        yield f"  origin: {{{first}-of-{here}: by a flat tendon from its upper {place + 2} fibers}}\n"
    yield f"  insertion: {{{last}-of-{here}: {('lateral', 'medial')[place % 2]} side}}\n"
    yield f"  actions: [{moves}]\n  nerve: {_nerves(block)[place % 3]}\n"
    yield f"  tier: {_TIERS[place % 4]}\n"
    stress = "*strongest*" if place % 10 == 0 else "strongest"
    yield f"  why: {name} is {stress} where the {last} of the {here} bone leads it, so its length there "
    yield f"decides how hard drill {block * MUSCLES + place} is at the bottom.\n"
    yield f"{_tags(block + place)}  sources: {{all: atlas, nerve: [atlas]}}\n"


def _moves(place: int) -> tuple[int, ...]:
    """The places in `_MOVEMENTS` of a muscle's one or two actions."""
    return (place % 2, 2 + place // 2 % 2) if place % 3 else (place % 2,)


def _tags(number: int) -> str:
    return f"  tags: [{', '.join(_TAGS[(number + step) % len(_TAGS)] for step in (0, 5, 10))}]\n"


def _joints(block: int) -> tuple[str, str]:
    return f"{_word(block)}-upper", f"{_word(block)}-lower"


def _nerves(block: int) -> tuple[str, ...]:
    return tuple(f"{which}-{_word(block)}" for which in ("superior", "middle", "inferior"))


def _name(id: str) -> str:
    return id.replace("-", " ").capitalize()


def _word(number: int) -> str:
    """A word of four syllables, another one for each number below 160,000, unlike its neighbors."""
    number, found = (number + 1) * 2_654_435_761 % len(_SYLLABLES) ** 4, ""
    for _ in range(4):
        number, syllable = divmod(number, len(_SYLLABLES))
        found += _SYLLABLES[syllable]
    return found


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
