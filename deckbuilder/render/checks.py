"""What would cost learners or authors later in a note type: names, cards, styling and links."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator

from deckbuilder.anki import cardtemplate
from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.core.patterns import regex
from deckbuilder.core.project import Project
from deckbuilder.records import nearest
from deckbuilder.render.explained import in_template, shown
from deckbuilder.render.specs import NoteTypeSpec, Shared, Specs

MAX_CSS = 60_000
# Anki repairs such names on import, and the repaired name no longer matches the next edition's.
_REPAIRED = regex(r'[:{}"]|^[#/^]|^\s|\s$')
_NEW_ID = "give each its own; an id never changes"


def check_links(project: Project) -> Iterator[Diagnostic]:
    """A project may be a stranger's: its templates run in a sandbox, and none is read from elsewhere."""
    inside = project.templates.resolve()
    for path in sorted(project.templates.rglob("*")):
        if not path.is_symlink():
            continue
        at = Location(shown(project, path.relative_to(project.templates).as_posix()))
        try:
            leads_out = not path.resolve().is_relative_to(inside)
            path.stat()
        except (OSError, RuntimeError) as error:  # Python before 3.13 raises the latter
            leads_out = False
            if isinstance(error, RuntimeError) or error.errno == errno.ELOOP:
                message = "this is a link that leads back to itself"
                yield Diagnostic(at, "unreadable", message, "put the file in its place, or remove it")
        if leads_out:
            message, help = "the file is a link that leads out of templates/", "copy the file into templates/"
            yield Diagnostic(at, "outside-project", message, help)


def check_names(specs: Specs, kind: str, spec: NoteTypeSpec, shared: Shared) -> Iterator[Diagnostic]:
    """Names that Anki would repair or take for one, ids that stand twice, and fields that are none."""
    file = f"{kind}/notetype.yaml"
    if spec.occlusion and not spec.cloze:
        at = specs.at(file, "occlusion")
        yield Diagnostic(at, "note-type", "masks are gaps to Anki, and the note type has none", "add `cloze: true`")
    first, wanted = [each.name for each in spec.fields], [name for _, name in (spec.occlusion or ())]
    known = {*first, *(each.name for each in shared.fields)}
    if first[: len(wanted)] != wanted and known.issuperset(wanted):
        yield Diagnostic(
            specs.at(file, "fields"),
            "note-type",
            "Anki's Check Database takes the first fields for those of its mask editor, whatever they are",
            f"let {', '.join(wanted)} stand first, in this order",
        )
    seen: dict[str, str] = {}
    ids: set[int] = set()
    for name, fields in ((file, spec.fields), ("_shared/notetype.yaml", shared.fields)):
        for place, each in enumerate(fields):
            repaired, twice = bool(_REPAIRED.search(each.name)) or not each.name, each.name.lower() in seen
            if repaired or twice:  # only then: a place is looked for in the file
                own = each in spec.spares.fields
                at = specs.at(file, "spares", "fields") if own else specs.at(name, "fields", place, "name")
            if repaired:
                message = f"Anki would repair the field name '{each.name}', and no later edition would fit it"
                yield Diagnostic(at, "field-name", message, 'leave out : { } ", a first # / ^, and outer spaces')
            if twice:
                message = f"the field names '{seen[each.name.lower()]}' and '{each.name}' are one to Anki"
                yield Diagnostic(at, "field-name", message, "rename one")
            if each.id in ids:
                at = specs.at(name, "fields", place, "id")
                yield Diagnostic(at, "field-id", f"two fields have the id {each.id}", _NEW_ID)
            seen[each.name.lower()] = each.name
            ids.add(each.id)
    ids = set()
    cards = [(("cards", place), card) for place, card in enumerate(spec.cards)]
    for path, card in [
        *cards,
        *((("spares", "cards", place), card) for place, card in enumerate(spec.spares.cards)),
    ]:
        if '"' in card.name or "{" in card.name:
            at = specs.at(file, *path, "name")
            message = f"Anki would repair the card name '{card.name}'"
            yield Diagnostic(at, "card-name", message, "leave out quotes and braces")
        if card.id in ids:
            at = specs.at(file, *path, "id")
            yield Diagnostic(at, "field-id", f"two cards have the id {card.id}", _NEW_ID)
        ids.add(card.id)
    for name, key, path in [
        (file, spec.sort_field, ("sort_field",)),
        *((file, name, ("occlusion", role)) for role, name in (spec.occlusion or ())),
        *(
            ("_shared/notetype.yaml", each.field, ("spare_cards", place, "field"))
            for place, each in enumerate(shared.spare_cards)
        ),
    ]:
        if key not in seen.values():
            message = f"'{key}' is no field of the note type"
            yield Diagnostic(
                specs.at(name, *path),
                "unknown-field",
                message,
                nearest(key, seen.values()) or "name one of its fields",
            )


def check_card(
    project: Project, name: str, text: str, fields: set[str], side: str, *, cloze: bool
) -> Iterator[Diagnostic]:
    """What Anki would not make of one side of a card: broken sections, unknown fields and filters, a blank front."""
    try:
        nodes = cardtemplate.parse(text)
    except cardtemplate.BadTemplate as error:
        at = in_template(project, name, f"({re.escape(error.text)})")
        yield Diagnostic(at, "card-template", str(error), "open and close each section once")
        return
    for field, filters in cardtemplate.fields(nodes):
        if field not in fields and field not in cardtemplate.SPECIAL:
            word = re.escape(field)
            yield Diagnostic(
                in_template(
                    project, name, rf"\{{\{{\s*[#/^]?\s*(?:[\w -]+:)*\s*({word})\s*\}}\}}", rf"[\"']({word})[\"']"
                ),
                "unknown-field",
                f"the note type has no field '{field}'",
                nearest(field, fields) or "mend the name, or add the field to notetype.yaml",
            )
        for each in filters:
            if each not in cardtemplate.FILTERS and not each.startswith("tts "):
                yield Diagnostic(
                    in_template(project, name, f"({re.escape(each)}):"),
                    "unknown-filter",
                    f"Anki has no filter '{each}'",
                    nearest(each, cardtemplate.FILTERS) or "leave it out",
                )
    yield from _check_braces(project, name, text)
    gaps = any("cloze" in filters or "cloze-only" in filters for _, filters in cardtemplate.fields(nodes))
    if gaps and not cloze:
        yield Diagnostic(
            in_template(project, name, r"(\{\{[^{}]*\bcloze(?:-only)?:[^{}]*\}\})", r"\b(cloze(?:-only)?:)"),
            "card-template",
            "only a note type with `cloze: true` has gaps: in this one Anki shows nothing here",
            "leave `cloze:` out, or add `cloze: true` to notetype.yaml of a new kind",
        )
    elif cloze and not gaps:
        yield Diagnostic(
            in_template(project, name),
            "card-template",
            f"the {side} of a note type with gaps has no `{{{{cloze:Field}}}}`: Anki wants one on both sides",
            "put the field with the gaps in as `{{cloze:Field}}`",
        )
    tags = [node for node in nodes if not isinstance(node, str)]
    if side == "front" and not cloze and (len(tags) != 1 or not isinstance(tags[0], cardtemplate.Section)):
        yield Diagnostic(
            in_template(project, name),
            "front-gate",
            "the front is not wrapped whole in one section",
            "put everything between {{#Field}} and {{/Field}}, so that no blank card can arise",
        )


def _check_braces(project: Project, name: str, text: str) -> Iterator[Diagnostic]:
    """A third brace, which Anki skips where it opens and shows where it closes. Scripts have braces of their own."""
    bare = re.sub(
        r"<(script|style)\b.*?</\1>", lambda found: " " * len(found[0]), text, flags=re.DOTALL | re.IGNORECASE
    )
    for found in re.finditer(r"\{\{\{+[^{}]*\}\}+|\{\{[^{}]*\}\}\}+", bare):
        yield Diagnostic(
            in_template(project, name, f"({re.escape(found[0])})", r"(\{\{\{)", r"(\}\}\})"),
            "card-template",
            f"Anki knows two braces, and shows the third of `{found[0]}`",
            f"write `{{{{{found[0].strip('{}').strip()}}}}}`",
        )


def check_css(project: Project, kind: str, css: str) -> Iterator[Diagnostic]:
    """Styling of a kind as a whole: too long, or without the night mode of a phone. `output` looks at each sheet."""
    file = "_shared/style.css"
    if len(css) > MAX_CSS:
        yield Diagnostic(
            in_template(project, file),
            "css",
            f"the styling of '{kind}' is over {MAX_CSS} characters",
            "phones load it with every card: shorten it",
        )
    if ".night_mode" not in css:
        yield Diagnostic(
            in_template(project, file),
            "css",
            "the styling never says `.night_mode`",
            "without it AnkiDroid inverts the colors itself",
        )
