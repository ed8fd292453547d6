"""Sources and studies: cited, in a form that leads to them, not older than they may be, and no more than was measured."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from deckbuilder.core.patterns import regex
from deckbuilder.reading.tokens import holds, plain, sentences
from deckbuilder.records import Claim, Concept, Curve, Exam, Exercise, Nerve, Record, Region, Source, Study
from deckbuilder.records.base import Roster, Subject
from deckbuilder.records.keys import Said
from deckbuilder.rules.quantities import NAMED_STUDY, SIGNAL, SIGNALS
from deckbuilder.rules.rule import Found, Seen, rule
from deckbuilder.source import Path_

_HARMLESS = regex(
    r"\b(?:[CTLS]\d+(?:[-–]?[CTLS]?\d+)?|Co1|\d+RM|\d+(?:st|nd|rd|th)|(?:19|20)\d\d)\b|\b\d+ ?(?:°|degrees)", re.I
)
_NO_FACT = frozenset({"lift", "lower", "cue", "name", "hint", "findings", "tags"})
_MONTH = regex(r"\d{4}-(?:0[1-9]|1[0-2])(?!\d)")
_ISO = regex(r"\d{4}-\d{2}-\d{2}")
_Known = dict[str, dict[str, list[str]]]
_YEAR_IN_ID = regex(r"-(1[89]\d\d|20\d\d)(?=-|$)")


@rule()
def uncited_number(seen: Seen) -> Iterator[Found]:
    """A number in a text for which no source is named, where the record names its sources by fact.
    Spinal roots, loads such as 10RM, ordinals, years and angles are no such numbers.

    Why: a number is what learners trust most and can check least.
    Source: P. Wozniak, Twenty rules of formulating knowledge, rule 18: provide sources.

    Bad:
        range: about 120
        sources: {prime_movers: book}

    Good:
        range: about 120
        sources: {prime_movers: book, range: other-book}
    """
    for record in seen.living:
        if "all" in record.sources or not record.sources:
            continue
        for said in record.texts():
            if said.role not in ("back", "answer") or {*map(str, said.path)} & {*record.sources, *_NO_FACT}:
                continue
            number = re.search(r"\d[\d.,]*", _HARMLESS.sub("", plain(said.text)))
            if number:
                message = f"the number {number[0].rstrip('.,')} stands under '{said.path[0]}', which has no source"
                help = f"add `{said.path[0]}: id` or `all: id` under `sources`"
                yield Found(record, said.path, message, help, word=number[0].rstrip(".,"))


@rule(scope="facts")
def uncited_training(seen: Seen) -> Iterator[Found]:
    """An exercise that says what it trains, and names no source for that under `trains`.

    Why: who the prime movers of an exercise are is no matter of its joint actions alone: sources differ, and studies have
    measured it. How to do it and what it trains seldom stand in the same source, so a source for `all` says too little.

    Bad:
        trains: {prime_movers: gluteus-maximus}
        sources: how-to-thrust

    Good:
        trains: {prime_movers: gluteus-maximus}
        sources: {all: how-to-thrust, trains: neto-2019}
    """
    for exercise in seen.library.of(Exercise):
        if exercise.trains and not exercise.sources.get("trains"):
            message = "no source says what this exercise trains"
            yield Found(exercise, ("trains",), message, "add `trains: id` under `sources`", key=True)


@rule(scope="all")
def weak_source(seen: Seen) -> Iterator[Found]:
    """A fact that rests on pages alone: blogs, shops, dictionaries, atlases on the web, students' flashcards.
    Told where each of its sources says `type: page`; or `type: exam`, unless the record is marked as an exam's model.

    Why: nobody has reviewed them, many copy from each other, and a mistake in one is a mistake in all.

    Bad:
        source: my-gym-blog
        type: page

    Good:
        source: openstax-ap2e-11-6
        type: book
    """
    types = {source.id: source.type for source in seen.library.of(Source)}
    for record, path, ids in _by_fact(seen):
        weak = {"page"} if isinstance(record, Concept) and record.exam_model else {"page", "exam"}
        if ids and {types.get(id) for id in ids} <= weak:
            what = "this" if path[-1] in ("all", "sources") else f"'{path[-1]}'"
            help = "read it in a book or a paper, and cite that"
            yield Found(record, path, f"all that {what} rests on are pages", help, key=True)


def _by_fact(seen: Seen) -> Iterator[tuple[Record, Path_, tuple[str, ...]]]:
    """Whatever says on what its facts rest, where it says that, and the ids there.

    What is cited for one fact is held alone: were it in the sources for all of them, it would not be cited again. Of
    exams, each objective says how far to trust it.
    """
    citations: tuple[Subject | Nerve | Curve, ...] = (*seen.living, *seen.library.of(Nerve), *seen.library.of(Curve))
    for citing in citations:
        yield from ((citing, ("sources", fact), ids) for fact, ids in citing.sources.items())
    rosters = (each for each in seen.living if isinstance(each, Roster))
    listings: tuple[Roster | Region, ...] = (*rosters, *seen.library.of(Region))
    for listing in listings:
        if listing.complete:
            yield listing, ("complete", "sources"), listing.complete.sources


@rule()
def unlisted_study(seen: Seen) -> Iterator[Found]:
    """A study that a text names by author and year, and that is not among the record's sources.

    Why: the reader looks for it below the card, and it is not there.

    Bad:
        caveat: A later trial found similar growth (Plotkin 2023).
        sources: contreras-2015

    Good:
        caveat: A later trial found similar growth (Plotkin 2023).
        sources: [contreras-2015, plotkin-2023]
    """
    known = _by_author_and_year(seen)
    for record, said in seen.holding("20", "19"):
        if isinstance(record, Subject) and ("20" in said.text or "19" in said.text):
            for named in NAMED_STUDY.finditer(said.text):
                yield from _unlisted(record, said, named, known)


def _unlisted(record: Subject, said: Said, named: re.Match[str], known: _Known) -> Iterator[Found]:
    """That a study which a text names is not cited, or is of another year than any source by its author."""
    author, year = named[1].casefold(), named[2]
    ids = known.get(author, {}).get(year, [])
    if ids and not set(ids) & set(record.cited()):
        message = f"'{named[1]} {year}' is named here, and is not among the sources"
        help = "if it says so, add it to `sources`; else take the name out of this text"
        yield Found(record, said.path, message, help, word=named[0].strip("()"))
    elif not ids and author in known:
        years = " or ".join(sorted(filter(None, known[author])))
        message = f"no source is by {named[1]} of {year}, but of {years}"
        yield Found(record, said.path, message, "look it up, then mend the year, or add the source", word=year)


def _by_author_and_year(seen: Seen) -> _Known:
    """The ids of the sources by their first author, with and without initials, and their year."""
    known: _Known = {}
    for source in seen.library.of(Source):
        first = source.authors.partition(",")[0]
        for name in {first.rpartition(" ")[0], first} - {""}:
            known.setdefault(name.casefold(), {}).setdefault(str(source.year or ""), []).append(source.id)
    return known


@rule(scope="all")
def source_form(seen: Seen) -> Iterator[Found]:
    """A source that nobody could find, an error; a warning where its id has another year than it.
    Neither DOI, address, publisher nor place; a year to come or before printing; a reading day that is no date or to
    come; a DOI with a full stop at its end; a title without letters.

    Why: what cannot be found again cannot be checked.

    Bad:
        source: plotkin-2023
        title: Hip thrust and back squat training
        year: 2032
        doi: 10.3389/fphys.2023.1279170.

    Good:
        source: plotkin-2023
        title: Hip thrust and back squat training
        year: 2023
        doi: 10.3389/fphys.2023.1279170
    """
    today = _latest(seen)
    for source in seen.library.of(Source):
        yield from _lost(source)
        yield from _doi(source)
        yield from _when(source, today)
        yield from _other_year_than_its_id(source)
    for study in seen.library.of(Study):
        yield from _other_year_than_its_source(seen, study)


def _other_year_than_its_id(source: Source) -> Iterator[Found]:
    year = _year_in(source.id)
    if year and source.year and int(year) != source.year:
        message = f"the id says {year}, the year says {source.year}"
        yield Found(source, ("year",), message, "look it up, then mend the year, or rename the id")


def _other_year_than_its_source(seen: Seen, study: Study) -> Iterator[Found]:
    year, first = _year_in(study.id), next(iter(study.cited()), "")
    of = seen.library.find(Source, study.id) or seen.library.find(Source, first)
    if year and of and of.year and of.id != study.id and int(year) != of.year:
        message = f"the id says {year}, its source '{of.id}' is of {of.year}"
        yield Found(study, ("study",), message, "look it up, then mend its source, or rename the study")


def _year_in(id: str) -> str:
    """The year in an id, '' where there is none."""
    found = _YEAR_IN_ID.search(id)
    return found[1] if found else ""


def _latest(seen: Seen) -> date | None:
    """The last day that can be over: tomorrow, for it may be that elsewhere, or the end of the month of the edition."""
    if seen.today is None:
        return None
    edition = seen.library.deck.edition if seen.library.deck else ""
    year, month = (int(each) for each in edition.split("-")[:2]) if _MONTH.match(edition) else (1, 1)
    year = min(year, 9000)
    return max(seen.today + timedelta(days=1), date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1))


def _lost(source: Source) -> Iterator[Found]:
    """That nothing leads to a source, or that it has no title."""
    if not any((source.doi, source.url, source.publisher, source.where, source.read_at, source.within)):
        help = "add `doi`, `url`, `in` and `where`, or `publisher`"
        yield Found(source, ("title",), "nothing says where it can be found", help, grave=True)
    if not any(each.isalpha() for each in source.title):
        yield Found(source, ("title",), "the title has no letters", "write the title of the paper or page", grave=True)


def _doi(source: Source) -> Iterator[Found]:
    """A DOI that ends in the punctuation of the sentence from which it was copied."""
    if not source.doi or source.doi[-1] not in ".,;)":
        return
    balanced = source.doi.count("(") == source.doi.count(")") > 0
    doi = source.doi.rstrip(".,;)") + (")" if balanced else "")
    if doi != source.doi:
        message = f"the DOI ends in '{source.doi[-1]}'"
        yield Found(source, ("doi",), message, f"write `doi: {doi}`", word=source.doi[-1], grave=True)


def _when(source: Source, today: date | None) -> Iterator[Found]:
    """A year or a day that cannot be, or is still to come."""
    if source.year is not None and (source.year < 1800 or (today and source.year > today.year)):
        message = f"the year {source.year} is {'still to come' if source.year > 1800 else 'before any source of today'}"
        yield Found(source, ("year",), message, "look it up at the source, and mend it", grave=True)
    if not source.read_on:
        return
    day = _day(source.read_on)
    if day is None:
        message = f"'{source.read_on}' is no date"
        yield Found(source, ("read_on",), message, "write the day as 2026-11-22", grave=True)
    elif today and day > today:
        yield Found(source, ("read_on",), f"{source.read_on} is still to come", "mend the day", grave=True)


@rule(dated=True, scope="all")
def stale_source(seen: Seen) -> Iterator[Found]:
    """An exam outline, a verdict or a web page that nobody has looked at for long.

    Why: exams change their weights, evidence grows, and pages are rewritten without a word.
    Source: P. Wozniak, Twenty rules of formulating knowledge, rule 19: date stamping.

    Bad:
        as_of: 2019-02

    Good:
        as_of: 2026-11
    """
    assert seen.today is not None
    yield from _stale_exams(seen, seen.today)
    yield from _stale_claims(seen, seen.today)
    yield from _stale_pages(seen, seen.today)


def _stale_exams(seen: Seen, today: date) -> Iterator[Found]:
    for exam in seen.library.of(Exam):
        months = _months(exam.as_of, today)
        if months > seen.limit("exam-months"):
            message = f"the outline is as of {exam.as_of}, {months} months ago"
            yield Found(exam, ("as_of",), message, f"look at today's outline, then write `as_of: {today:%Y-%m}`")


def _stale_claims(seen: Seen, today: date) -> Iterator[Found]:
    for claim in seen.library.of(Claim):
        months = _months(claim.checked, today)
        if not claim.retired and months > seen.limit("claim-months"):
            message = f"the verdict was last checked in {claim.checked}, {months} months ago"
            yield Found(claim, ("checked",), message, f"look for newer studies, then write `checked: {today:%Y-%m}`")


def _stale_pages(seen: Seen, today: date) -> Iterator[Found]:
    for source in seen.library.of(Source):
        page = (source.url or source.read_at) and not source.doi and not source.read.startswith(("abstract", "section"))
        months = _months(source.read_on, today) if page and _day(source.read_on) else 0
        if months > seen.limit("page-months"):
            message = f"the page was read on {source.read_on}, {months} months ago"
            yield Found(source, ("read_on",), message, "read it again, then write the day, or cite a newer source")


@rule()
def emg_overreach(seen: Seen) -> Iterator[Found]:
    """Growth or strength concluded from EMG.
    Told of a study of muscle activity, and of any sentence that speaks of activity and growth at once, where no word
    denies or doubts it. Lures and quoted claims may say it.

    Why: a higher EMG was followed by no more growth in trials, so it does not predict growth or strength.
    Source: Vigotsky and others, 2022, Longing for a longitudinal proxy; Plotkin and others, 2023, Front Physiol 14:1279170
    (nine weeks of hip thrusts or squats: similar gluteal growth though EMG differed).

    Bad:
        caveat: The hip thrust builds more muscle.

    Good:
        caveat: A stronger signal is not more growth.
    """
    named = {id(said) for _, said in seen.holding(*SIGNALS)}
    for record, said in seen.texts:
        electric = isinstance(record, Study) and "EMG" in record.signal
        if not electric and (id(said) not in named or not SIGNAL.search(said.text)):
            continue
        if _asserts_nothing(record, said):
            continue
        for word in _gains(seen, said.text, electric):
            message = f"'{word}' does not follow from EMG: a stronger signal is not more growth or strength"
            help = "say what was measured, or what a training study found"
            yield Found(record, said.path, message, help, word=word)


def _gains(seen: Seen, text: str, electric: bool) -> Iterator[str]:
    """The word for growth or strength of each sentence that speaks of EMG and doubts nothing. `electric`: all of them do."""
    gain, doubt = seen.words("gain"), seen.words("doubt")
    for sentence in sentences(text) if holds(text, *gain) else ():
        word = holds(sentence, *gain)
        if word and (electric or SIGNAL.search(sentence)) and not holds(sentence, *doubt):
            yield word


def _asserts_nothing(record: Record, said: Said) -> bool:
    """Whether a text asserts nothing: a name, a claim that is quoted, an option that may be a lure."""
    return said.role in ("alt", "name") or (
        said.role == "front" and (isinstance(record, Claim) or "options" in said.path)
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _ISO.fullmatch(text) else None
    except ValueError:
        return None


def _months(since: str, today: date) -> int:
    year, month = int(since[:4]), int(since[5:7])
    return (today.year - year) * 12 + today.month - month
