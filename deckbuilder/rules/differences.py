"""Whether a study found a difference: what texts say of it, against what the study's comparison states."""

from __future__ import annotations

from collections.abc import Iterator

from deckbuilder.anatomy.library import Library
from deckbuilder.reading.tokens import holds, plain, sentences, words
from deckbuilder.records import Claim, Compared, Study
from deckbuilder.records.base import Subject
from deckbuilder.records.keys import Said
from deckbuilder.rules.phrasing import read_and_mend
from deckbuilder.rules.quantities import NAMED_STUDY
from deckbuilder.rules.rule import Found, Seen, rule

# A sentence with one of these speaks of another study than the one that it stands in.
_ELSEWHERE = ("another study", "other study", "other studies", "earlier", "later", "a trial", "trials", "a review")
_DENIED = ("not", "no", "neither", "nor")
_FOUND = {
    "found": "a difference was found",
    "not-found": "no difference was found",
    "not-tested": "the difference was not tested",
    "not-read": "whether a difference was found was not read",
}
# Words of names by which nobody would tell one exercise from another.
_GENERIC = frozenset({"with", "back", "upper", "lower", "part"})


@rule()
def against_difference(seen: Seen) -> Iterator[Found]:
    """A text that says otherwise than the study's comparison whether there is a difference: an error within the study, a
    warning in a record that cites it, in a sentence that names the muscle and both sides. 'No difference', where one was
    found; 'higher', where none was; a difference, or none, called significant, where that was not tested or not read.

    Why: a gap of 16 % can be significant, and one of 20 % need not be. What was found is what learners are graded on.

    Bad:
        difference: not-found
        caveat: The back squat is higher, but only in one session.

    Good:
        difference: not-found
        caveat: One session of 13 women. A real difference may be too small to show in so few.
    """
    cited: dict[str, list[Compared]] = {}
    for study in seen.library.of(Study):
        taught = [each for each in study.subjects() if not each.retired]
        for id in study.cited()[:1]:
            cited.setdefault(id, []).extend(taught)
    for study in seen.within(seen.library.of(Study)):
        for compared in study.subjects():
            if not compared.retired:
                yield from _in_itself(seen, study, compared)
    for record, said in seen.texts if cited else ():
        if isinstance(record, Subject) and not isinstance(record, Study) and said.role in ("back", "answer"):
            yield from _quoted(seen, record, said, cited)


def _in_itself(seen: Seen, study: Study, compared: Compared) -> Iterator[Found]:
    """What a comparison says of itself: its caveat, and why it matters."""
    for key in ("caveat", "why"):
        for sentence in sentences(getattr(compared.comparison, key)):
            if NAMED_STUDY.search(sentence) or holds(sentence, *_ELSEWHERE):
                continue
            aimed = any(_names_one(sentence, side) for side in _sides(seen.library, compared))
            word = _against(seen, compared, sentence, apart=aimed)
            if word:
                place = ("comparisons", compared.at, key)
                yield Found(study, place, *_told(compared, word, "`difference`"), word=word, grave=True)


def _quoted(seen: Seen, record: Subject, said: Said, cited: dict[str, list[Compared]]) -> Iterator[Found]:
    """What another record says of a comparison whose study it cites."""
    known = [each for id in _sources_of(record, said) for each in cited.get(id, ())]
    for sentence in sentences(said.text) if known else ():
        meant = [each for each in known if _names_all(seen.library, sentence, each)]
        # Mean and peak of one pair may differ in what was found: then nobody knows which is meant.
        if len({each.comparison.difference for each in meant}) == 1:
            word = _against(seen, meant[0], sentence, apart=True)
            if word:
                of = f"`difference` of '{meant[0].note_id}'"
                yield Found(record, said.path, *_told(meant[0], word, of), word=word)


def _sources_of(record: Subject, said: Said) -> tuple[str, ...]:
    """Where a text was read: each finding of a claim has a source of its own."""
    if isinstance(record, Claim) and said.path[0] == "findings" and isinstance(said.path[1], int):
        return (record.findings[said.path[1]].source,)
    return record.cited()


def _against(seen: Seen, compared: Compared, sentence: str, apart: bool) -> str:
    """The words of a sentence that do not go with what was found; `apart`: whether it says 'higher' of this comparison."""
    alike = holds(sentence, *seen.words("alike"))
    if compared.comparison.difference == "found":
        return alike
    if compared.comparison.difference == "not-found":
        return "" if alike or not apart or holds(sentence, *_DENIED) else holds(sentence, *seen.words("apart"))
    return holds(sentence, *seen.words("significance"))


def _told(compared: Compared, word: str, where: str) -> tuple[str, str]:
    """The message and the next step."""
    return f"'{word}' is said, and {_FOUND[compared.comparison.difference]}", read_and_mend("this text", where)


def _sides(library: Library, compared: Compared) -> tuple[frozenset[str], frozenset[str]]:
    """Both that are compared, each by the words that tell it from the other."""
    one, other = (_words_of(library, id) for id in compared.comparison.compare)
    return one - other or one, other - one or other


def _words_of(library: Library, id: str) -> frozenset[str]:
    """The words of a name that somebody would use; of a part of a muscle those of the muscle."""
    name = library.name(id.partition("/")[0], "exercise", "muscle", "group")
    return frozenset(each for each in words(plain(name)) if len(each) > 3 and each not in _GENERIC)


def _names_one(sentence: str, side: frozenset[str]) -> bool:
    return any(_has(sentence, word) for word in side)


def _names_all(library: Library, sentence: str, compared: Compared) -> bool:
    """Whether a sentence names the muscle and both exercises, or the exercise and both muscles."""
    frame = _words_of(library, compared.comparison.of or compared.comparison.exercise or "")
    named = all(_has(sentence, word) for word in frame) if compared.comparison.of else _names_one(sentence, frame)
    return named and all(_names_one(sentence, side) for side in _sides(library, compared))


def _has(sentence: str, word: str) -> bool:
    """Whether a word stands in a sentence, in the plural or not."""
    stem = word.removesuffix("s")
    return any(each in (stem, f"{stem}s", word) for each in words(plain(sentence)))
