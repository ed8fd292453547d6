"""`templates/` to note types: one folder each, and `_shared` for what all of them have.

Card templates are Jinja with delimiters of their own, `[[ ]]` and `[% %]`, so that Anki's `{{Field}}` stays Anki's.
What comes out is checked against the note type's fields: a misspelt name, in either language, is a fault at its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import Field as Key
from pydantic import ValidationError

from deckbuilder import ankitemplate, source
from deckbuilder.diagnostics import Diagnostic, Location
from deckbuilder.notes import CardTemplate, Field, NoteType
from deckbuilder.project import Project
from deckbuilder.records import nearest
from deckbuilder.records.base import Model
from deckbuilder.records.deck import Deck
from deckbuilder.render.compiled import Compiled

MAX_CSS = 60_000
# Anki repairs such names on import, and the repaired name no longer matches the next edition's.
_REPAIRED = re.compile(r'[:{}"]|^[#/^]|^\s|\s$')

_COMPILED = Compiled(__file__)
_NEW_ID = "give each its own; an id never changes"


class _Field(Model):
    id: int
    name: str
    description: str = ""
    collapsed: bool = False
    plain_text: bool = False


class _Card(Model):
    id: int
    name: str
    file: str


class _Spare(Model):
    id: int
    name: str
    field: str


class _Used(Model):
    """Spare fields and cards that one kind has taken into use, each under the id that it had as a spare."""

    fields: tuple[_Field, ...] = ()
    cards: tuple[_Card, ...] = ()


class _NoteType(Model):
    name: str
    cloze: bool = False
    sort_field: str
    fields: tuple[_Field, ...]
    cards: tuple[_Card, ...] = Key(min_length=1)
    spares: _Used = _Used()


class _Shared(Model):
    fields: tuple[_Field, ...]
    spare_cards: tuple[_Spare, ...]


class NoteTypes:
    """The note types of a project, read as they are needed, with all that is wrong with them."""

    def __init__(self, project: Project, deck: Deck) -> None:
        self.faults: list[Diagnostic] = []
        self._project = project
        self._deck = deck
        self._found: dict[str, NoteType | None] = {}
        self._names: dict[str, tuple[str, ...]] = {}
        self._documents: dict[str, source.Document] = {}
        self.faults += _links_out(project)
        self._shared = self._load(_Shared, "_shared/notetype.yaml")
        self._css = self._read("_shared/style.css")
        self._jinja = ImmutableSandboxedEnvironment(
            block_start_string="[%",
            block_end_string="%]",
            variable_start_string="[[",
            variable_end_string="]]",
            comment_start_string="[#",
            comment_end_string="#]",
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
            loader=jinja2.FileSystemLoader(project.templates),
            bytecode_cache=_COMPILED,
            autoescape=True,
        )

    def get(self, kind: str) -> NoteType | None:
        """The note type for notes of a kind, or None where its templates are at fault."""
        if kind not in self._found:
            before = len(self.faults)
            made = self._make(kind)
            self._found[kind] = made if len(self.faults) == before else None
        return self._found[kind]

    def names(self, kind: str) -> tuple[str, ...] | None:
        """The names of its fields, as Anki would have them, if its file can be read; other templates may be at fault."""
        return self._names.get(kind)

    def _make(self, kind: str) -> NoteType | None:
        spec = self._load(_NoteType, f"{kind}/notetype.yaml")
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
        specs = [*spec.fields, *shared.fields]
        self._names[kind] = tuple(_repaired(each.name) for each in specs)
        self._check_names(kind, spec, shared)
        fields = tuple(Field(each.id, each.name, each.description, each.collapsed, each.plain_text) for each in specs)
        templates = [
            made
            for place, card in enumerate(spec.cards)
            if (made := self._card(kind, card, ("cards", place, "file"), spec, fields))
        ]
        used = {card.id: (card, ("spares", "cards", place, "file")) for place, card in enumerate(spec.spares.cards)}
        for spare in () if spec.cloze else shared.spare_cards:
            made = self._card(kind, *used[spare.id], spec, fields) if spare.id in used else self._spare(spare)
            templates += [made] if made else []
        css = self._css + (
            self._read(f"{kind}/style.css") if (self._project.templates / kind / "style.css").is_file() else ""
        )
        self._check_css(kind, css)
        return NoteType(
            kind,
            anki_id,
            f"{self._deck.note_types.prefix} {spec.name}",
            spec.cloze,
            css,
            spec.sort_field,
            fields,
            tuple(templates),
        )

    def _with_used(self, kind: str, spec: _NoteType, shared: _Shared) -> _Shared:
        """The shared fields and spare cards with what this kind has made of them: in their places, under their ids."""
        file, used = f"{kind}/notetype.yaml", {each.id: each for each in spec.spares.fields}
        known = {"fields": {each.id for each in shared.fields}, "cards": {each.id for each in shared.spare_cards}}
        wanted = [("fields", place, each.id) for place, each in enumerate(spec.spares.fields)]
        wanted += [("cards", place, each.id) for place, each in enumerate(spec.spares.cards)]
        for key, place, id in wanted:
            if id not in known[key]:
                at = self._at(file, "spares", key, place, "id")
                self._fault(at, "field-id", f"no spare one has the id {id}", "see templates/_shared/notetype.yaml")
        names = {each.name: used[each.id].name for each in shared.fields if each.id in used}
        return _Shared(
            fields=tuple(used.get(each.id, each) for each in shared.fields),
            spare_cards=tuple(
                each.model_copy(update={"field": names.get(each.field, each.field)}) for each in shared.spare_cards
            ),
        )

    def _card(
        self, kind: str, card: _Card, path: tuple[str | int, ...], spec: _NoteType, fields: tuple[Field, ...]
    ) -> CardTemplate | None:
        name = f"{kind}/cards/{card.file}.html.j2"
        if not (self._project.templates / name).is_file():
            self.faults.append(
                Diagnostic(
                    self._at(f"{kind}/notetype.yaml", *path),
                    "missing-template",
                    f"the template '{name}' is missing",
                    "restore the file, or mend the name",
                )
            )
            return None
        made = []
        for side in ("front", "back"):
            try:
                text = self._jinja.get_template(name).render(
                    side=side,
                    kind=kind,
                    card=card.file,
                    report_url=self._deck.report_url,
                    language=self._deck.language,
                    prefix=self._deck.note_types.prefix.lower(),
                )
            except jinja2.TemplateError as error:
                self.faults.append(explain(error, self._project, name))
                return None
            text = re.sub(r"\n\s*", "\n", text).strip()
            self.faults += self._check_card(name, text, {_repaired(field.name) for field in fields}, side, spec)
            made.append(text)
        return CardTemplate(card.id, card.name, *made)

    @staticmethod
    def _spare(spare: _Spare) -> CardTemplate:
        front = f"{{{{#{spare.field}}}}}{{{{{spare.field}}}}}{{{{/{spare.field}}}}}"
        return CardTemplate(spare.id, spare.name, front, "{{FrontSide}}")

    def _check_card(self, name: str, text: str, fields: set[str], side: str, spec: _NoteType) -> Iterator[Diagnostic]:
        try:
            nodes = ankitemplate.parse(text)
        except ankitemplate.BadTemplate as error:
            at = self._where(name, f"({re.escape(error.text)})")
            yield Diagnostic(at, "card-template", str(error), "open and close each section once")
            return
        for field, filters in ankitemplate.fields(nodes):
            if field not in fields and field not in ankitemplate.SPECIAL:
                word = re.escape(field)
                yield Diagnostic(
                    self._where(name, rf"\{{\{{\s*[#/^]?\s*(?:[\w -]+:)*\s*({word})\s*\}}\}}", rf"[\"']({word})[\"']"),
                    "unknown-field",
                    f"the note type has no field '{field}'",
                    nearest(field, fields) or "mend the name, or add the field to notetype.yaml",
                )
            for each in filters:
                if each not in ankitemplate.FILTERS and not each.startswith("tts "):
                    yield Diagnostic(
                        self._where(name, f"({re.escape(each)}):"),
                        "unknown-filter",
                        f"Anki has no filter '{each}'",
                        nearest(each, ankitemplate.FILTERS) or "leave it out",
                    )
        if side == "front" and not spec.cloze and (len(nodes) != 1 or not isinstance(nodes[0], ankitemplate.Section)):
            yield Diagnostic(
                self._where(name),
                "front-gate",
                "the front is not wrapped whole in one section",
                "put everything between {{#Field}} and {{/Field}}, so that no blank card can arise",
            )

    def _check_names(self, kind: str, spec: _NoteType, shared: _Shared) -> None:
        file = f"{kind}/notetype.yaml"
        seen: dict[str, str] = {}
        ids: set[int] = set()
        for name, fields in ((file, spec.fields), ("_shared/notetype.yaml", shared.fields)):
            for place, each in enumerate(fields):
                own = each in spec.spares.fields
                at = self._at(file, "spares", "fields") if own else self._at(name, "fields", place, "name")
                if _REPAIRED.search(each.name) or not each.name:
                    message = f"Anki would repair the field name '{each.name}', and no later edition would fit it"
                    self._fault(at, "field-name", message, 'leave out : { } ", a first # / ^, and outer spaces')
                if each.name.lower() in seen:
                    message = f"the field names '{seen[each.name.lower()]}' and '{each.name}' are one to Anki"
                    self._fault(at, "field-name", message, "rename one")
                if each.id in ids:
                    at = self._at(name, "fields", place, "id")
                    self._fault(at, "field-id", f"two fields have the id {each.id}", _NEW_ID)
                seen[each.name.lower()] = each.name
                ids.add(each.id)
        ids = set()
        cards = [(("cards", place), card) for place, card in enumerate(spec.cards)]
        for path, card in [
            *cards,
            *((("spares", "cards", place), card) for place, card in enumerate(spec.spares.cards)),
        ]:
            if '"' in card.name or "{" in card.name:
                at = self._at(file, *path, "name")
                message = f"Anki would repair the card name '{card.name}'"
                self._fault(at, "card-name", message, "leave out quotes and braces")
            if card.id in ids:
                at = self._at(file, *path, "id")
                self._fault(at, "field-id", f"two cards have the id {card.id}", _NEW_ID)
            ids.add(card.id)
        for name, key, path in [
            (file, spec.sort_field, ("sort_field",)),
            *(
                ("_shared/notetype.yaml", each.field, ("spare_cards", place, "field"))
                for place, each in enumerate(shared.spare_cards)
            ),
        ]:
            if key not in seen.values():
                message = f"'{key}' is no field of the note type"
                self._fault(
                    self._at(name, *path),
                    "unknown-field",
                    message,
                    nearest(key, seen.values()) or "name one of its fields",
                )

    def _check_css(self, kind: str, css: str) -> None:
        file = "_shared/style.css"
        if len(css) > MAX_CSS:
            self.faults.append(
                Diagnostic(
                    self._where(file),
                    "css",
                    f"the styling of '{kind}' is over {MAX_CSS} characters",
                    "phones load it with every card: shorten it",
                )
            )
        if ".night_mode" not in css:
            self.faults.append(
                Diagnostic(
                    self._where(file),
                    "css",
                    "the styling never says `.night_mode`",
                    "without it AnkiDroid inverts the colours itself",
                )
            )
        if re.search(r"@import|url\(\s*['\"]?(?:https?:)?//", css):
            self.faults.append(
                Diagnostic(
                    self._where(file, r"(@import|url\()"),
                    "css",
                    "the styling loads something from the network",
                    "ship it as a `_file` in the media folder",
                )
            )

    def _load(self, shape: type[Any], name: str) -> Any:
        path = self._project.templates / name
        if not path.is_file():
            self.faults.append(
                Diagnostic(
                    Location(self._shown(name)),
                    "missing-template",
                    "the file is missing",
                    "every note type needs its folder in templates/",
                )
            )
            return None
        documents, faults = source.read([path], self._project.templates)
        self.faults += [
            Diagnostic(
                Location(self._shown(each.location.path), each.location.line, each.location.column),
                each.rule,
                each.message,
                each.help,
            )
            for each in faults
        ]
        if len(documents) != 1:
            if not faults:
                self._fault(Location(self._shown(name), 1, 1), "note-type", "the file holds several", "keep one")
            return None
        self._documents[name] = documents[0]
        if documents[0].faulty:
            return None
        try:
            return shape.model_validate(documents[0].value)
        except ValidationError as error:
            for each in error.errors(include_url=False):
                message = f"{'.'.join(map(str, each['loc']))}: {each['msg']}"
                self._fault(self._at(name, *each["loc"]), "note-type", message, "see CONTRIBUTING.md, Note types")
            return None

    def _read(self, name: str) -> str:
        try:
            return (self._project.templates / name).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            self.faults.append(
                Diagnostic(
                    Location(self._shown(name)), "unreadable", f"the file cannot be read ({error})", "restore it"
                )
            )
            return ""

    def _shown(self, name: str) -> str:
        return shown(self._project, name)

    def _fault(self, at: Location, rule: str, message: str, help: str) -> None:
        self.faults.append(Diagnostic(at, rule, message, help))

    def _at(self, name: str, *path: str | int) -> Location:
        """Where a value of a note type's file stands."""
        place = self._documents[name].locate(path)
        return Location(self._shown(name), place.line, place.column)

    def _where(self, name: str, *patterns: str) -> Location:
        """The place in the template, or in one that it extends, where the text at fault stands."""
        kind = name.split("/")[0]
        return where(self._project, (name, f"{kind}/layout.html.j2", "_shared/face.html.j2"), *patterns)


def _repaired(name: str) -> str:
    """What Anki makes of a field name; other faults are found as if it had been mended so."""
    return re.sub(r'[:{}"]', "", name).strip().lstrip("#/^")


def _links_out(project: Project) -> Iterator[Diagnostic]:
    """A project may be a stranger's: its templates run in a sandbox, and none is read from elsewhere."""
    inside = project.templates.resolve()
    for path in sorted(project.templates.rglob("*")):
        if path.is_symlink() and not path.resolve().is_relative_to(inside):
            name = path.relative_to(project.templates).as_posix()
            yield Diagnostic(
                Location(shown(project, name)),
                "outside-project",
                "the file is a link that leads out of templates/",
                "copy the file into templates/",
            )


def shown(project: Project, name: str) -> str:
    """A template's path as an author sees it, from the project's root where it lies in it."""
    path = project.templates / name
    return path.relative_to(project.root).as_posix() if path.is_relative_to(project.root) else path.as_posix()


def where(project: Project, names: Iterable[str], *patterns: str) -> Location:
    """The first match of the first pattern that any of the templates holds, by its group; else the first template."""
    texts = {name: path.read_text("utf-8", "replace") for name in names if (path := project.templates / name).is_file()}
    for pattern in patterns:
        for name, text in texts.items():
            found = re.search(pattern, text)
            if found:
                line, column = (
                    text.count("\n", 0, found.start(1)) + 1,
                    found.start(1) - text.rfind("\n", 0, found.start(1)),
                )
                return Location(shown(project, name), line, column)
    return Location(shown(project, next(iter(texts), "_shared")), 1, 1)


def stated(project: Project, kind: str, what: str) -> Location:
    """Where a note type's file states its 'cloze', 'sort_field', 'fields' or 'cards'."""
    return where(project, (f"{kind}/notetype.yaml",), rf"(?m)^({what}):")


def explain(error: Exception, project: Project, name: str) -> Diagnostic:
    """A Jinja error as a fault at the template's line. Undefined names are found through the traceback."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        at = Location(shown(project, error.name or name), error.lineno, 1)
        return Diagnostic(at, "template-syntax", error.message or "syntax error", "mend the template's Jinja here")
    if isinstance(error, jinja2.TemplateNotFound):
        return Diagnostic(
            where(project, (name,), rf"[\"']({re.escape(str(error.name or ''))})[\"']"),
            "missing-template",
            f"the template '{error.name}' is missing",
            "restore the file, or mend the name",
        )
    place = Location(shown(project, name))
    trace = error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.is_relative_to(project.templates):
            place = Location(shown(project, file.relative_to(project.templates).as_posix()), trace.tb_lineno, 1)
        trace = trace.tb_next
    rule = "unknown-variable" if isinstance(error, jinja2.UndefinedError) else "template-error"
    return Diagnostic(place, rule, str(error) or type(error).__name__, "mend the name, or give it a value")


def _fresh_id(deck: Deck, kind: str) -> int:
    return max([*deck.note_types.ids.values(), 1_700_000_000_000]) + 1 + len(kind)
