"""Records to notes: fields from Jinja templates, tags from what a note is about, in teaching order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import jinja2
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from deckbuilder import masks, tags, words
from deckbuilder.diagnostics import Diagnostic, Location
from deckbuilder.drawings import INDEX
from deckbuilder.library import Library
from deckbuilder.notes import Media, Note, NoteType
from deckbuilder.project import Project
from deckbuilder.prose import MATH, formula, inline, plain, prose, with_formulas
from deckbuilder.records import NOTE_KINDS, Cloze, Deck, Gap, Record, Source, nearest
from deckbuilder.records.base import Subject
from deckbuilder.records.study import BANDS
from deckbuilder.render.compiled import Compiled
from deckbuilder.render.drawn import Figures, Shown, Which
from deckbuilder.render.media import Pictures
from deckbuilder.render.notetypes import NoteTypes
from deckbuilder.render.output import Fields
from deckbuilder.render.places import explain, where
from deckbuilder.render.texts import Texts

__all__ = ["NoteTypes", "Rendered", "render", "teaching_order"]

_LINE_BREAK = re.compile(r"\s*\n\s*")
_COMPILED = {trusted: Compiled(__file__, f"trusted: {trusted}") for trusted in (True, False)}
# Where a gap of a cloze will stand, while its text is made harmless.
_GAP = re.compile("\ue000([0-9]+)\ue001")
_TIERS = {"core": 0, "useful": 1, "deep": 2}


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a package is made of. Notes stand in teaching order."""

    deck: Deck
    notes: list[Note]
    note_types: dict[str, NoteType]


def render(
    library: Library,
    project: Project,
    tick: Callable[[int, int], None] = lambda done, of: None,
    *,
    beside: Collection[Record] = (),
    kinds: Collection[str] = (),
    doubted: Callable[[str], bool] = lambda id: False,
    types: Callable[[Project, Deck], NoteTypes] = NoteTypes,
    wanted: Callable[[Record], bool] = lambda record: True,
) -> tuple[Rendered | None, list[Diagnostic]]:
    """Every note of the project. `tick(done, of)` is called now and then on long work.

    `beside`: records that cannot be rendered, and `kinds`: those of records that could not be read; their pictures and
    templates are looked at all the same. `doubted(id)`: whether a record may only lack a card because another one is at
    fault. Without a deck nothing is made, but all is looked at. `types` may know the note types already; only records that
    are `wanted` become notes.
    """
    deck = library.deck or _stand_in()
    pictures = Pictures(project, deck.note_types.prefix.lower(), library)
    unseen = [fault for record in beside if isinstance(fault := pictures.of(record), Diagnostic)]
    note_types = types(project, deck)
    writer = _Writer(library, project, deck, note_types, pictures, doubted)
    order = [record for record in teaching_order(library, deck) if wanted(record)]
    subjects = [(record, subject) for record in order for subject in record.subjects()]
    notes: list[Note] = []
    for done, (record, subject) in enumerate(subjects):
        if done % 500 == 0:
            tick(done, len(subjects))
        note = writer.note(record, subject)
        if note is not None:
            notes.append(note)
    tick(len(subjects), len(subjects))
    for kind in sorted({*kinds, *(subject.kind for record in beside for subject in record.subjects())}):
        writer.look_at(kind)
    used = {note.kind for note in notes}
    found = {kind: each for kind in sorted(used) if (each := note_types.get(kind))}
    rendered = Rendered(deck, notes, found) if library.deck else None
    return rendered, note_types.faults + writer.faults + writer.figures.faults + unseen


def teaching_order(library: Library, deck: Deck) -> list[Subject]:
    """Records in the order of `curriculum`: by folder or file first, core before deep within it, then by place."""
    prefixes = [step.strip("/") for step in deck.curriculum]

    def place(record: Subject) -> tuple[int, int, str, int, int]:
        document = record.document
        path = document.file.name.removeprefix("cards/")
        step = next(
            (at for at, prefix in enumerate(prefixes) if path == prefix or path.startswith(prefix + "/")), len(prefixes)
        )
        return step, _TIERS[record.tier], path, document.document, document.item or 0

    return sorted((record for record in library.records.values() if isinstance(record, Subject)), key=place)


def _stand_in() -> Deck:
    """A deck that lets faults of templates and cards be found while the project's own is at fault."""
    ids = dict.fromkeys(NOTE_KINDS, 10**9)
    return Deck.model_validate(
        {
            "deck": "deck",
            "name": "Deck",
            "anki_id": 10**9,
            "edition": "0",
            "namespace": "deck",
            "tag_root": "Deck",
            "about": "Deck",
            "licence": "none",
            "subdecks": {"all": {"name": "All", "id": 10**9, "kinds": list(NOTE_KINDS)}},
            "note_types": {"prefix": "Deck", "ids": ids},
        }
    )


class _Writer:
    """One note after another, collecting what is wrong with templates and pictures."""

    def __init__(
        self,
        library: Library,
        project: Project,
        deck: Deck,
        note_types: NoteTypes,
        pictures: Pictures,
        doubted: Callable[[str], bool],
    ) -> None:
        self.faults: list[Diagnostic] = []
        self._library, self._project, self._deck, self._note_types = library, project, deck, note_types
        self._pictures, self._doubted = pictures, doubted
        self.figures = Figures(pictures, library)
        self._output = Fields(project)
        self._shows: dict[str, Media] = {}
        self._asked: set[str] = set()
        self._templates: dict[str, Any] = {}
        self._broken: set[str] = set()
        # A stranger's templates run in a sandbox. The shipped ones are ours: rendering takes a third longer in it.
        environment = jinja2.Environment if project.shipped_templates else ImmutableSandboxedEnvironment
        self._jinja = environment(
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            finalize=_finalize,
            trim_blocks=True,
            lstrip_blocks=True,
            cache_size=-1,
            loader=Texts(project),
            bytecode_cache=_COMPILED[project.shipped_templates],
        )
        who = partial(words.who, low=library.low)
        reading = {"cap": words.cap, "low": library.low, "sentence": words.sentence, "who": who}
        self._jinja.filters.update(prose=prose, inline=inline, plain=plain, cloze=cloze, number=number)
        self._jinja.filters.update(reading, count_of=words.count)
        self._jinja.globals.update(reading, library=library, deck=deck, words=words.Words(library), cite=self._cite)
        self._jinja.globals["masks_of"] = lambda record: masks.of(record, library)
        self._jinja.globals["drawn"] = self._drawn
        self._jinja.globals["bands"] = [name for _, name in BANDS]
        self._citations: dict[str, Markup] = {}
        self._variables: dict[str, dict[str, str]] = {}

    def note(self, record: Subject, subject: Any) -> Note | None:
        kind: str = subject.kind
        note_type = self._note_types.get(kind)
        names = self._note_types.names(kind)
        if names is None:
            return None
        media = self._pictures.of(record)
        if isinstance(media, Diagnostic):
            self.faults.append(media)
            media = None
        self._shows = {media.name: media} if media else {}
        values = self._values("_shared", subject, media) | self._values(kind, subject, media)
        if not self._broken.isdisjoint({kind, "_shared"}):
            return None
        variables = self._variables_of(kind, names)
        if not variables.keys() >= values.keys():
            unknown = sorted(values.keys() - variables.keys())
            self._broken.add(kind)
            name = f"{kind}/fields.html.j2"
            self.faults.append(
                Diagnostic(
                    where(self._project, (name, "_shared/fields.html.j2"), rf"\bset\s+({re.escape(unknown[0])})\b"),
                    "unknown-field",
                    f"the note type has no field for the variable '{unknown[0]}'",
                    nearest(unknown[0], variables) or f"add the field to {kind}/notetype.yaml",
                )
            )
            return None
        if note_type is None:
            return None
        self._ask_whose(record)
        self.faults += self._output.check(kind, values, self._shows, subject.place())
        fields = tuple([values.get(variable, "") for variable in variables])
        ordinals = tuple(each - 1 for each in subject.numbers) if note_type.cloze else note_type.ordinals(fields)
        if not ordinals:
            if not self._doubted(record.id):
                self.faults.append(
                    Diagnostic(
                        subject.place(),
                        "blank-card",
                        f"no card of {subject.key} has a front",
                        "fill the fields that its questions need",
                    )
                )
            return None
        return Note(
            key=subject.key,
            kind=kind,
            deck=self._deck.deck_of(kind),
            fields=fields,
            tags=tags.of(subject, self._library, self._deck.tag_root),
            ordinals=ordinals,
            media=tuple(self._shows.values()),
            formerly=tuple(f"{kind}/{id}" for id in subject.formerly),
            retired=subject.retired,
            asks=getattr(subject, "asks", ()),
        )

    def _drawn(self, id: str, which: Which) -> Shown | None:
        """A figure of a muscle, or a plate, for the note that is being written; it then travels with it."""
        found = self.figures.of(id.partition("/")[0], which)
        if found is not None:
            self._shows[found.name] = found.media
        return found

    def _ask_whose(self, record: Subject) -> None:
        """A picture that nobody is credited for cannot be given away. Each is asked for once."""
        picture = record.picture
        for media in self._shows.values():
            if media.credit or media.name in self._asked or (picture and picture.credit):
                continue
            self._asked.add(media.name)
            file = media.path.relative_to(self._project.media).as_posix()
            self.faults.append(
                Diagnostic(
                    record.locate("picture", "file") if picture else Location(INDEX),
                    "uncredited-picture",
                    f"nothing says who made '{file}', and under which licence",
                    "write a `credit` record whose `files` name it, or a `credit` for this picture",
                    "warning",
                )
            )

    def _variables_of(self, kind: str, names: Sequence[str]) -> dict[str, str]:
        """The Jinja names of a kind's fields, in order: 'Name Latin' is set as `Name_Latin`."""
        if kind not in self._variables:
            self._variables[kind] = {name.replace(" ", "_"): name for name in names}
        return self._variables[kind]

    def _cite(self, source: Source) -> Markup:
        """A source as `_shared/citation.html.j2` puts it; most are cited by many notes."""
        found = self._citations.get(source.id)
        if found is None:
            template = self._jinja.get_template("_shared/citation.html.j2")
            found = self._citations[source.id] = Markup(_text(Markup(template.render(source=source))))
        return found

    def look_at(self, kind: str) -> None:
        """The templates of a kind are read even where no record of it can be rendered."""
        self._note_types.get(kind)
        self._template(kind)

    def _values(self, folder: str, subject: Any, media: Media | None) -> dict[str, str]:
        template = self._template(folder)
        if template is None:
            return {}
        try:
            try:
                # `template.new_context` would walk a chain of maps for every note
                names = {**self._jinja.globals, "record": subject, "media": media}
                context = Context(self._jinja, names, template.name, template.blocks)
                for _ in template.root_render_func(context):
                    pass  # what stands outside `set` is no field
            except Exception:
                self._jinja.handle_exception()  # raises it again, with the template's own lines
        except Exception as error:  # a template may raise anything; its line is what helps
            self._break(folder, error)
            return {}
        return {key: _text(value) for key, value in context.get_exported().items() if key[0].isupper()}

    def _template(self, folder: str) -> Any:
        if folder not in self._templates:
            try:
                self._templates[folder] = self._jinja.get_template(f"{folder}/fields.html.j2")
            except jinja2.TemplateError as error:
                self._break(folder, error)
        return None if folder in self._broken else self._templates[folder]

    def _break(self, folder: str, error: Exception) -> None:
        self._broken.add(folder)
        self._templates.setdefault(folder, None)
        self.faults.append(explain(error, self._project, f"{folder}/fields.html.j2"))


def cloze(record: Cloze) -> Markup:
    """The text with Anki's own gaps. Only a gap's number, braces and colons are Anki's; words are harmless."""
    gaps: list[Gap] = []

    def held(piece: str | Gap) -> str:
        if isinstance(piece, str):
            return piece.replace("\ue000", "").replace("\ue001", "")
        gaps.append(piece)
        return f"\ue000{len(gaps) - 1}\ue001"

    def said(text: str, math: bool) -> str:
        return formula(text) if math else str(with_formulas(text))

    def gap(found: re.Match[str], math: bool) -> str:
        each = gaps[int(found[1])]
        hint = f"::{said(each.hint, math)}" if each.hint else ""
        return f"{{{{c{each.number}::{said(each.text, math)}{hint}}}}}"

    made, last, text = "", 0, "".join(map(held, record.pieces()))
    for found in MATH.finditer(text):  # a gap may stand in a formula
        made += _GAP.sub(lambda each: gap(each, False), _lines(text[last : found.start()]))
        made += _GAP.sub(lambda each: gap(each, True), formula(found[0]))
        last = found.end()
    return Markup(made + _GAP.sub(lambda each: gap(each, False), _lines(text[last:])))


def _lines(text: str) -> str:
    return str(plain(text)).replace("\n", "<br>")


def number(value: float) -> str:
    """69.5, 110, 0.49: as many decimals as the source gave."""
    return f"{value:g}"


def _finalize(value: object) -> object:
    """Whatever a template puts out is harmless text, unless it is HTML already."""
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _text(value: object) -> str:
    """A field as Anki keeps it: on one line, in NFC."""
    text = value if isinstance(value, Markup) else plain(str(value)) if value else ""
    if not text:
        return ""
    text = str(_LINE_BREAK.sub(" ", text)).strip() if "\n" in text else str(text).strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text)
