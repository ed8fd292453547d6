"""Records through the templates of their kinds to the values of fields. The same for templates of ours and of others."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import Any

import jinja2
from markupsafe import Markup, escape

from deckbuilder.anatomy import masks, words
from deckbuilder.anatomy.library import Library
from deckbuilder.anki.notes import Media
from deckbuilder.core.patterns import regex
from deckbuilder.core.prose import MATH, formula, inline, lead, plain, prose, with_formulas
from deckbuilder.records import Cloze, Deck, Gap, Occlusion, Source
from deckbuilder.records.base import Noted
from deckbuilder.render.drawn import DrawnPicture
from deckbuilder.render.explained import Wrong, explain
from deckbuilder.render.sandbox import Sandbox

# Where a gap of a cloze will stand, while its text is made harmless.
_GAP = regex("\ue000([0-9]+)\ue001")


class Fields:
    """The fields of one note after another, collecting what is wrong with templates.

    `drawn(id, which)`: a figure, or None. A `Sandbox` shows templates what its list has; any other environment all of it.
    """

    def __init__(
        self,
        environment: jinja2.Environment,
        library: Library,
        deck: Deck,
        drawn: Callable[[str, Any], DrawnPicture | None],
    ) -> None:
        self.wrong: list[Wrong] = []
        self.broken: set[str] = set()
        self._jinja = environment
        self._templates: dict[str, jinja2.Template | None] = {}
        self._citations: dict[str, Markup] = {}
        who = partial(words.who, low=library.low)
        reading: dict[str, Any] = {"cap": words.cap, "low": library.low, "sentence": words.sentence, "who": who}
        filters: dict[str, Any] = {
            "prose": prose,
            "inline": inline,
            "lead": lead,
            "plain": plain,
            "cloze": cloze,
            "number": number,
        }
        filters |= reading | {"count_of": words.count, "typeable": partial(words.typeable, accents=not library.english)}
        values = {**reading, "library": library, "deck": deck, "words": words.Words(library), "cite": self._cite}
        values["drawn"] = drawn

        def masks_of(record: Occlusion) -> list[masks.Masked]:
            return masks.of(record, library)

        values["masks_of"] = masks_of
        if isinstance(environment, Sandbox):
            environment.admit(filters, values)
            self._shown: Callable[[Any], Any] = environment.see
        else:
            environment.filters.update(filters)
            environment.globals.update(values)
            self._shown = lambda value: value

    def of(self, kind: str, subject: Noted, media: Media | None) -> dict[str, str] | None:
        """What the templates set for a note, by the names of variables; None where they are at fault."""
        values = self._values("_shared", subject, media) | self._values(kind, subject, media)
        return values if self.broken.isdisjoint({kind, "_shared"}) else None

    def look_at(self, kind: str) -> None:
        """The template of a kind is read even where no record of it can be rendered."""
        self._template(kind)

    def _cite(self, source: Source) -> Markup:
        """A source as `_shared/citation.html.j2` puts it; most are cited by many notes."""
        found = self._citations.get(source.id)
        if found is None:
            template = self._jinja.get_template("_shared/citation.html.j2")
            found = Markup(_text(Markup(filled(template, {"source": self._shown(source)}))))
            self._citations[source.id] = found
        return found

    def _values(self, folder: str, subject: Noted, media: Media | None) -> dict[str, str]:
        template = self._template(folder)
        if template is None:
            return {}
        try:
            # `template.new_context` would walk a chain of maps for every note
            names = {**self._jinja.globals, "record": self._shown(subject), "media": self._shown(media)}
            context = self._jinja.context_class(self._jinja, names, template.name, template.blocks)
            for _ in template.root_render_func(context):
                pass  # what stands outside `set` is no field
            exported = context.vars
            return {key: _text(exported[key]) for key in context.exported_vars if key[0].isupper()}
        except Exception as error:  # a template may raise anything; its line is what helps
            self._break(folder, error)
            return {}

    def _template(self, folder: str) -> jinja2.Template | None:
        if folder not in self._templates:
            try:
                self._templates[folder] = self._jinja.get_template(f"{folder}/fields.html.j2")
            except Exception as error:  # nesting without end is no error of Jinja's
                self._break(folder, error)
        return None if folder in self.broken else self._templates[folder]

    def _break(self, folder: str, error: Exception) -> None:
        self.broken.add(folder)
        self._templates.setdefault(folder, None)
        self.wrong.append(explain(error, f"{folder}/fields.html.j2"))


def filled(template: jinja2.Template, values: dict[str, Any]) -> str:
    """What comes out. `Template.render` would put other frames into a traceback, that know no template."""
    return template.environment.concat(template.root_render_func(template.new_context(values)))


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


def finalize(value: object) -> object:
    """Whatever a template puts out is harmless text, unless it is HTML already."""
    if value.__class__ is str:
        return plain(value)
    if value.__class__ is Markup:
        return value
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else escape(value)


def _text(value: object) -> str:
    """A field as Anki keeps it: on one line, in NFC."""
    if not value:
        return ""
    # As a method of Markup it would make another Markup.
    text = str.strip(value if isinstance(value, Markup) else plain(str(value)))
    if "\n" in text:
        text = " ".join(filter(None, map(str.strip, text.split("\n"))))
    return text if text.isascii() else unicodedata.normalize("NFC", text)


# How both sorts of template are written: fields, and cards with Anki's own braces in them.
FIELDS: dict[str, Any] = {"finalize": finalize, "trim_blocks": True, "lstrip_blocks": True, "cache_size": -1}
CARDS: dict[str, Any] = {
    "block_start_string": "[%",
    "block_end_string": "%]",
    "variable_start_string": "[[",
    "variable_end_string": "]]",
    "comment_start_string": "[#",
    "comment_end_string": "#]",
    "trim_blocks": True,
    "lstrip_blocks": True,
}
