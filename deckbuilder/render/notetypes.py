"""`templates/` to note types: one folder each, and `_shared` for what all of them have.

Card templates are Jinja with delimiters of their own, `[[ ]]` and `[% %]`, so that Anki's `{{Field}}` stays Anki's.
What comes out is checked against the note type's fields: a misspelled name, in either language, is a fault at its line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from deckbuilder.anki.notes import IMAGE_OCCLUSION, OCCLUSION_FIELDS, CardTemplate, Field, NoteType
from deckbuilder.core import addresses
from deckbuilder.core.cache import digest, of_folder
from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.core.patterns import regex
from deckbuilder.core.project import Project
from deckbuilder.records import nearest
from deckbuilder.records.deck import Deck
from deckbuilder.render import cards, checks, output, specs
from deckbuilder.render.specs import Specs

# What of styling is text, and must stay as it is; what else can be shorter. One without an end goes on to the end.
_TEXT = r"""(?P<text>"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|url\([^)]*\)?)"""
_BLANKS = regex(_TEXT + r"|(?:\s|/\*.*?(?:\*/|\Z))+", re.DOTALL)
_MARKS = regex(_TEXT + r"| ?(?P<mark>[{},]|;(?: ?\})?|(?<=[\w-]):(?= )) ?")
_UNDERSCORED = regex(r"(?:^|(?<=\{))(?=[^{}\n]*_)[^{}\n]*\{", re.MULTILINE)

# The last lines of every note type's styling, where a learner writes.
YOURS = """\
/* Your changes go below this line, and stay until an edition changes our looks: UPDATING.md says how to keep them then. */
"""


class ProjectNoteTypes:
    """The note types of a project, read as they are needed, with all that is wrong with them."""

    def __init__(self, project: Project, deck: Deck) -> None:
        self._specs = Specs(project)
        self.faults = self._specs.faults
        self._project = project
        self._deck = deck
        self._found: dict[str, NoteType | None] = {}
        self._names: dict[str, tuple[str, ...]] = {}
        self._stopped = False  # a layout that never ends is that of all cards, and each would take as long
        self.faults += checks.check_links(project)
        self._shared = self._specs.load(specs.Shared, "_shared/notetype.yaml")
        self._css = self._style("_shared/style.css")
        # What is kept is not looked at again: only of templates that are ours.
        cached = bool(project.cache) and project.shipped_templates and not self.faults
        self._key = project.cache.key("note types", repr(deck), *of_folder(project.templates)) if cached else b""

    def get(self, kind: str) -> NoteType | None:
        """The note type for notes of a kind, or None where its templates are at fault."""
        if kind not in self._found and not self._stopped and not self._known(kind):
            before = len(self.faults)
            made = self._make(kind)
            self._found[kind] = made if len(self.faults) == before else None
            if made and len(self.faults) == before and self._key:
                self._project.cache.put(digest(self._key, kind), [asdict(made), self._names[kind]])
        return self._found.get(kind)

    def _known(self, kind: str) -> bool:
        """Whether it was made before of the same templates and settings, and nothing was wrong with it."""
        kept = self._project.cache.get(digest(self._key, kind)) if self._key else None
        if kept is None:
            return False
        made, names = kept
        fields = tuple([Field(**each) for each in made.pop("fields")])
        templates = tuple([_card_template(**each) for each in made.pop("templates")])
        self._found[kind] = NoteType(**made, fields=fields, templates=templates)
        self._names[kind] = tuple(names)
        return True

    def names(self, kind: str) -> tuple[str, ...] | None:
        """The names of its fields, as Anki would have them, if its file can be read; other templates may be at fault."""
        return self._names.get(kind)

    def _make(self, kind: str) -> NoteType | None:
        spec = self._specs.load(specs.NoteTypeSpec, f"{kind}/notetype.yaml")
        if spec is None or self._shared is None:
            return None
        anki_id = self._deck.note_types.ids.get(kind)
        if anki_id is None:
            self.faults.append(
                Diagnostic(
                    self._deck.locate("note_types", "ids"),
                    "note-type-id",
                    f"no note type id for the kind '{kind}'",
                    f"add `{kind}: {_fresh_id(self._deck, kind)}` under note_types.ids; it must never change",
                )
            )
            return None
        shared = self._with_used(kind, spec, self._shared)
        every = [*spec.fields, *shared.fields]
        self._names[kind] = tuple(_repaired(each.name) for each in every)
        self.faults += checks.check_names(self._specs, kind, spec, shared)
        uses = {name: OCCLUSION_FIELDS[role] for role, name in (spec.occlusion or ())}
        fields = tuple(
            Field(each.id, each.name, each.description, each.collapsed, each.plain_text, uses.get(each.name))
            for each in every
        )
        templates = tuple(self._templates(kind, spec, shared, fields))
        return NoteType(
            kind,
            anki_id,
            f"{self._deck.note_types.prefix} {spec.name}",
            spec.cloze,
            self._styling(kind, spec),
            spec.sort_field,
            fields,
            templates,
            IMAGE_OCCLUSION if spec.occlusion else 0,
        )

    def _templates(
        self, kind: str, spec: specs.NoteTypeSpec, shared: specs.Shared, fields: tuple[Field, ...]
    ) -> Iterator[CardTemplate]:
        """The cards of the kind's own, then the spare ones, some of which it has made something of."""
        used = {card.id: (card, ("spares", "cards", place, "file")) for place, card in enumerate(spec.spares.cards)}
        for place, card in enumerate(spec.cards):
            if made := self._card(kind, card, ("cards", place, "file"), spec, fields):
                yield made
        for spare in () if spec.cloze else shared.spare_cards:
            if spare.id not in used:
                yield self._spare(spare)
            elif made := self._card(kind, *used[spare.id], spec, fields):
                yield made

    def _styling(self, kind: str, spec: specs.NoteTypeSpec) -> str:
        """The styling of the kind's cards, shortened: what all have, what it asks for of the shared, and its own."""
        own = [f"{kind}/style.css"] if os.path.lexists(self._project.templates / kind / "style.css") else []
        parts = self._shared_styles(kind, spec)
        before = len(self.faults)
        css = compact("\n".join([self._css, *(self._style(name) for name in (*parts, *own))])) + YOURS
        if self._css and len(self.faults) == before:  # of a text that could not be read nothing is said
            self.faults += checks.check_css(self._project, kind, css)
        return css

    def _style(self, name: str) -> str:
        """The text of a style sheet, which was looked at."""
        text = self._specs.read(name)
        self.faults += output.check_style(self._project, name, text)
        return text

    def _shared_styles(self, kind: str, spec: specs.NoteTypeSpec) -> list[str]:
        """The files of the shared styles that this kind asks for."""
        folder = self._project.templates / "_shared" / "styles"
        found = []
        for place, name in enumerate(spec.styles):
            if (folder / f"{name}.css").is_file():
                found.append(f"_shared/styles/{name}.css")
            else:
                at = self._specs.at(f"{kind}/notetype.yaml", "styles", place)
                known = [path.stem for path in sorted(folder.glob("*.css"))]
                help = nearest(name, known) or f"add _shared/styles/{name}.css, or leave it out"
                self._specs.fault(at, "missing-template", f"there is no shared style '{name}'", help)
        return found

    def _tell_unknown_spares(self, kind: str, spec: specs.NoteTypeSpec, shared: specs.Shared) -> None:
        """What a kind has made of spare fields and cards that there are not."""
        known = {"fields": {each.id for each in shared.fields}, "cards": {each.id for each in shared.spare_cards}}
        wanted = [("fields", place, each.id) for place, each in enumerate(spec.spares.fields)]
        wanted += [("cards", place, each.id) for place, each in enumerate(spec.spares.cards)]
        for key, place, id in wanted:
            if id not in known[key]:
                at = self._specs.at(f"{kind}/notetype.yaml", "spares", key, place, "id")
                self._specs.fault(
                    at, "field-id", f"no spare one has the id {id}", "see templates/_shared/notetype.yaml"
                )

    def _with_used(self, kind: str, spec: specs.NoteTypeSpec, shared: specs.Shared) -> specs.Shared:
        """The shared fields and spare cards with what this kind has made of them: in their places, under their ids."""
        used = {each.id: each for each in spec.spares.fields}
        self._tell_unknown_spares(kind, spec, shared)
        names = {each.name: used[each.id].name for each in shared.fields if each.id in used}
        return specs.Shared(
            fields=tuple(used.get(each.id, each) for each in shared.fields),
            spare_cards=tuple(
                each.model_copy(update={"field": names.get(each.field, each.field)}) for each in shared.spare_cards
            ),
        )

    def _card(
        self,
        kind: str,
        card: specs.Card,
        path: tuple[str | int, ...],
        spec: specs.NoteTypeSpec,
        fields: tuple[Field, ...],
    ) -> CardTemplate | None:
        name = f"{kind}/cards/{card.file}.html.j2"
        if not (self._project.templates / name).is_file():
            self.faults.append(
                Diagnostic(
                    self._specs.at(f"{kind}/notetype.yaml", *path),
                    "missing-template",
                    f"the template '{name}' is missing",
                    "restore the file, or mend the name",
                )
            )
            return None
        if self._stopped:
            return None
        same = {"kind": kind, "card": card.file, "language": self._deck.language}
        same["report_url"] = addresses.report(self._deck.report_url, card.file) if self._deck.report_url else ""
        same["prefix"] = self._deck.note_types.prefix.lower()
        sides, wrong = cards.sides(self._project, name, tuple({**same, "side": side} for side in cards.SIDES))
        if wrong is not None:
            self.faults.append(wrong.diagnostic(self._project))
            self._stopped |= wrong.last
            return None
        made = []
        names = {_repaired(field.name) for field in fields}
        for side, text in zip(cards.SIDES, sides, strict=True):
            text = re.sub(r"\n\s*", "\n", text).strip()
            self.faults += checks.check_card(self._project, name, text, names, side, cloze=spec.cloze)
            self.faults += output.check_side(self._project, name, text)
            made.append(text)
        front, back = made
        return CardTemplate(card.id, card.name, front, back, card.asks, card.needs, card.topic)

    @staticmethod
    def _spare(spare: specs.Spare) -> CardTemplate:
        front = f"{{{{#{spare.field}}}}}{{{{{spare.field}}}}}{{{{/{spare.field}}}}}"
        return CardTemplate(spare.id, spare.name, front, "{{FrontSide}}")


def _card_template(asks: list[str], needs: list[str], **said: Any) -> CardTemplate:
    return CardTemplate(**said, asks=tuple(asks), needs=tuple(needs))


def _repaired(name: str) -> str:
    """What Anki makes of a field name; other faults are found as if it had been mended so."""
    return re.sub(r'[:{}"]', "", name).strip().lstrip("#/^")


@lru_cache(maxsize=64)
def compact(css: str) -> str:
    """Styling as phones load it with every card: a rule a line, without comments and needless blanks."""
    css = _BLANKS.sub(lambda found: found["text"] or " ", css)
    css = _MARKS.sub(lambda found: found["text"] or ("}\n" if "}" in found[0] else found["mark"]), css).strip() + "\n"
    # Whatever stands in one line between `_` and `)`, Anki takes for the name of a file that the card needs.
    return _UNDERSCORED.sub(r"\g<0>\n", css)


def _fresh_id(deck: Deck, kind: str) -> int:
    return max([*deck.note_types.ids.values(), 1_700_000_000_000]) + 1 + len(kind)
