"""Abbreviations in texts, and what they may stand for: the glossary, the exams, the initials of the deck's own names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial

from rapidfuzz.distance import DamerauLevenshtein

from deckbuilder.core.patterns import regex
from deckbuilder.reading.tokens import content
from deckbuilder.records import Bone, Exam, Exercise, Group, Muscle, Nerve, Structure, Term
from deckbuilder.rules.rule import Found, Seen

_CAPITALS = regex(r"(?<![\w’'-])(?:\d{0,3}[A-Z][A-Z0-9]*[A-Z][A-Z0-9]*|\d{1,2}RM)(?=s?(?![\w’']))")
_KNOWN = regex(
    r"(?:M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})|[CTLS]\d{1,2}|Co1|AND|OR|NOT|NO|YES|ALL|EXCEPT|LEAST|NEVER|ONLY|MOST|BOTH|"
    r"US|USA|UK|EU|CC|BY|SA|DOI|[A-Z]\d+|\d+[A-Z])"
)
_INITIALS = 2
_DIGITS = "0123456789"
# What trainers meet elsewhere, where the deck has no name for it.
_COMMON = {
    "ACL": "anterior cruciate ligament",
    "PCL": "posterior cruciate ligament",
    "MCL": "medial collateral ligament",
    "LCL": "lateral collateral ligament",
    "VMO": "vastus medialis, lower fibers",
    "QL": "quadratus lumborum",
    "SIJ": "sacroiliac joint",
    "CNS": "central nervous system",
    "DOMS": "delayed-onset muscle soreness",
    "GTO": "Golgi tendon organ",
    "SSC": "stretch-shortening cycle",
    "COM": "center of mass",
    "COG": "center of gravity",
    "BW": "body weight",
    "RPE": "rating of perceived exertion",
    "BMI": "body mass index",
    "IR": "internal rotation",
    "ER": "external rotation",
    "DF": "dorsiflexion",
    "PF": "plantar flexion",
    "SLR": "straight-leg raise",
    "GRF": "ground reaction force",
}
_EXPLAINS = regex(r"\s*(?:\(|[,:=]|(?:is|means|stands for)\s)")
_TWO = regex(r"[A-Z0-9][A-Z]")
# How a name is said, its Latin, a memory aid, and who wrote a book.
_NO_PROSE = ("say", "latin", "mnemonic", "attribution")


def undefined(seen: Seen) -> Iterator[Found]:
    """The first use of each abbreviation in a text that neither the deck nor the text explains."""
    known, initials = _known(seen), cache(partial(_initials, seen))
    for record, said in seen.texts:
        if said.path[-1] in _NO_PROSE or not _TWO.search(said.text):
            continue
        for each in dict.fromkeys(_CAPITALS.findall(said.text)):
            if not _is_known(each, known) and not _spelled_out(each, said.text):
                help = _meaning(each, initials()) or _near(each, known) or f"write it out, or {_define(each)}"
                yield Found(record, said.path, f"nothing says what '{each}' stands for", help, word=each)


def _is_known(short: str, known: set[str]) -> bool:
    """Whether the deck explains it, with a number before it or without, or nobody needs it explained."""
    return short in known or short.lstrip(_DIGITS) in known or bool(_KNOWN.fullmatch(short))


def _define(short: str) -> str:
    return f"add a `term` with `short: {short}`"


def _meaning(short: str, initials: Mapping[str, Sequence[str]]) -> str:
    """The next step where a name of the deck has these initials, or trainers meet the letters elsewhere."""
    letters = short.lstrip(_DIGITS)
    names = initials.get(letters) or [each for each in [_COMMON.get(letters)] if each]
    return f"is it short for {' or '.join(map(repr, names[:2]))}? Write it out, or {_define(short)}" if names else ""


def _near(short: str, known: set[str]) -> str:
    """The next step where one letter makes a known abbreviation of it."""
    near = next((one for one in sorted(known) if _one_off(one, short)), "")
    return f"did you mean '{near}'? If not, {_define(short)}" if near else ""


def _one_off(short: str, other: str) -> bool:
    return len(short) > _INITIALS and DamerauLevenshtein.distance(short, other, score_cutoff=1) == 1


def _known(seen: Seen) -> set[str]:
    """What the glossary and the exams spell out; letters of a memory aid are no abbreviation."""
    known: set[str] = set()
    for term in seen.library.of(Term):
        known |= {term.short, *term.short.split()}
    for exam in seen.library.of(Exam):
        known |= {exam.name, *re.split(r"[\s-]+", exam.name)}
    for group in seen.library.of(Group):
        known |= set(_CAPITALS.findall(group.mnemonic))
    return known - {""}


def _spelled_out(short: str, text: str) -> bool:
    """'anterior superior iliac spine (ASIS)', 'ASIS (anterior superior iliac spine)', 'ASIS, the anterior …'."""
    before, _, after = text.partition(short)
    if before.endswith("("):
        near = before[-120:]
    elif _EXPLAINS.match(after):
        near = after[:120]
    else:
        return False
    letters = "".join(word[0] for word in re.findall(r"[^\W\d_]+", near)).upper()
    skipped = "".join(word[0] for word in content(near)).upper()
    return short.lstrip(_DIGITS).upper() in (letters + " " + skipped)


def _initials(seen: Seen) -> dict[str, list[str]]:
    """Names of the deck's things by their initials: TFL, VMO and ASIS where they are in it."""
    found: dict[str, list[str]] = {}
    kinds = (Muscle, Structure, Nerve, Exercise, Term)
    names = [str(getattr(each, "name", "")) for each in seen.records if isinstance(each, kinds)]
    names += [name for bone in seen.library.of(Bone) for name in bone.landmarks.values()]
    for name in names:
        parts = content(name)
        if len(parts) >= _INITIALS:
            found.setdefault("".join(part[0] for part in parts).upper(), []).append(name[:1].lower() + name[1:])
    return found
