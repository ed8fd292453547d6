"""Pictures: with words that stand in for them, silent about the answer, light enough for a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from deckbuilder.core.patterns import regex
from deckbuilder.reading.tokens import bare, holds, plain, words
from deckbuilder.records import Occlusion, Record
from deckbuilder.records.base import Picture
from deckbuilder.rules.fronts import mask_label
from deckbuilder.rules.picture_files import drawn_words, inside, weight
from deckbuilder.rules.rule import Found, Seen, rule

_SAYS_SO = regex(
    r"(?:an? |the )?(?:image|picture|photo|photograph|figure|graphic|screenshot|illustration)(?: (?:of|showing|that shows)\b|:)",
    re.IGNORECASE,
)


def _pictures(seen: Seen) -> Iterator[tuple[Record, Picture]]:
    for record in seen.living:
        if record.picture:
            yield record, record.picture


@rule()
def alt_text(seen: Seen) -> Iterator[Found]:
    """Words for a picture that do not stand in for it: too long, 'image of', the file's name, the caption again.

    Why: a screen reader says 'image' by itself, reads all of it in one breath, and reads the caption too.

    Bad:
        picture: {file: thigh.svg, alt: Image of thigh.svg}

    Good:
        picture: {file: thigh.svg, alt: Right thigh from behind}
    """
    most = seen.limit("alt-characters")
    for record, picture in _pictures(seen):
        alt, path = plain(picture.alt), ("picture", "alt")
        name = PurePosixPath(picture.file.replace("\\", "/"))
        opens = _SAYS_SO.match(alt)
        if words(alt) in (words(name.name), words(name.stem)) and not alt.istitle():  # 'Soleus' is a name, too
            yield Found(
                record, path, f"'{alt}' is the name of the file", "say what is seen: which part, from which side"
            )
        elif opens:
            rest = alt[opens.end() :].strip()
            better = f"write '{rest[:1].upper()}{rest[1:]}'" if rest else "say what is seen"
            yield Found(record, path, f"'{opens[0]}' is said by every screen reader anyway", better, word=opens[0])
        elif picture.caption and words(alt) == words(picture.caption):
            yield Found(
                record,
                path,
                "the caption says the same, and is read as well",
                "say what is seen, and leave the rest to the caption",
            )
        elif len(alt) > most:
            message = f"the text has {len(alt)} characters, and a screen reader takes {most:g} in one breath"
            yield Found(record, path, message, "say which part is seen from which side, and the rest in `why`")


@rule(scope="all")
def picture_reveals_answer(seen: Seen) -> Iterator[Found]:
    """A picture that is asked about and tells the answer: in the words that stand in for it, or in a label beside its mask.

    Why: the front shows an occlusion's picture, and a screen reader reads its text; nothing is left to retrieve. Other
    kinds show their picture on the back, and packages name files by their content, so that a file's name tells nothing.

    Bad:
        occlusion: leg
        picture: {file: leg.svg, alt: Tibia and fibula from the front}
        masks: {1: {landmark: fibula, box: [0.1, 0.1, 0.2, 0.1]}}

    Good:
        occlusion: leg
        picture: {file: leg.svg, alt: The bones of the right leg from the front}
    """
    for record, picture in _pictures(seen):
        if isinstance(record, Occlusion):
            labels = {number: mask_label(seen, mask.label, mask.landmark) for number, mask in record.masks.items()}
            yield from _told_by_the_words(record, picture, labels)
            yield from _told_by_the_drawing(seen, record, picture, labels)


def _told_by_the_words(record: Occlusion, picture: Picture, labels: dict[str, str]) -> Iterator[Found]:
    """What a mask asks for, in the words that stand in for the picture."""
    for number, label in labels.items():
        core = bare(label)
        word = holds(picture.alt, core) if len(core) > 2 and core in picture.alt.lower() else ""
        if word:
            message = f"'{word}' is what mask {number} asks for"
            yield Found(record, ("picture", "alt"), message, f"say what is seen without '{word}'", word=word)


def _told_by_the_drawing(seen: Seen, record: Occlusion, picture: Picture, labels: dict[str, str]) -> Iterator[Found]:
    """What a mask asks for, in a label of the drawing that no mask covers."""
    for text in _uncovered(seen, record, picture):
        asked = next((number for number, label in labels.items() if words(label) == words(text)), "")
        if asked:
            message = f"the drawing says '{text}' outside of every mask, and mask {asked} asks for it"
            yield Found(record, ("picture", "file"), message, f"take '{text}' out of the drawing, or cover it")


def _uncovered(seen: Seen, record: Occlusion, picture: Picture) -> Iterator[str]:
    """The texts of a drawing over which no mask lies."""
    path = inside(seen.media, picture.file) if picture.file.lower().endswith(".svg") else None
    boxes = [mask.bounds for mask in record.masks.values() if mask.bounds]
    for each in drawn_words(path) if path else ():
        if each.at and not any(_covers(box, each.at) for box in boxes):
            yield each.text


def _covers(box: tuple[float, float, float, float], at: tuple[float, float]) -> bool:
    """A text begins or ends near its point, so what comes near a mask is taken for covered."""
    x, y, width, height = box
    return x - width / 2 <= at[0] <= x + 1.5 * width and y - height / 2 <= at[1] <= y + 1.5 * height


@rule(scope="all")
def heavy_picture(seen: Seen) -> Iterator[Found]:
    """A picture of many bytes or, where it is made of pixels, of more than a phone shows.

    Why: every learner downloads it, and the sync of a phone pays for it. One public anatomy repository has grown to 3.2 GB,
    mostly by pictures. The limits are `picture-kilobytes` and `picture-pixels`.

    Bad:
        picture: {file: thigh-4000x3000.png, alt: Right thigh from behind}

    Good:
        picture: {file: thigh-1200x900.webp, alt: Right thigh from behind}
    """
    heaviest, widest = seen.limit("picture-kilobytes"), seen.limit("picture-pixels")
    for record, picture in _pictures(seen):
        path = inside(seen.media, picture.file)
        found = weight(path) if path else None
        if found is None:
            continue
        wide, high = found.pixels or (0, 0)
        if max(wide, high) > widest:
            message = f"the picture has {wide} by {high} pixels, and {widest:g} are more than a phone shows"
            yield Found(record, ("picture", "file"), message, f"scale its longer side to {widest:g} pixels")
        elif found.size > heaviest * 1000:
            message = f"the picture weighs {round(found.size / 1000)} KB, and {heaviest:g} are enough"
            vector = picture.file.lower().endswith(".svg")
            help = (
                "simplify the drawing, for example with svgo" if vector else "save it as WebP, or as JPEG of quality 80"
            )
            yield Found(record, ("picture", "file"), message, help)
