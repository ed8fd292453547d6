"""Drawings (SVG): well-formed, in their namespace, without anything that runs, and with nothing that lies elsewhere.

Anki shows a drawing as a picture: there nothing runs, and nothing else is loaded, so that whatever is meant to be is missing.
Python's own reader, expat, is asked, which goes through the text once and keeps nothing; declared entities, by which a
small text becomes gigabytes, are refused before the first of them is put in.
"""

from __future__ import annotations

import re
from xml.parsers import expat

from deckbuilder.core import css
from deckbuilder.core.images.flaw import Flaw
from deckbuilder.core.patterns import regex

SVG = "http://www.w3.org/2000/svg"
_XHTML = "http://www.w3.org/1999/xhtml"
_LINKS = frozenset({"href", "http://www.w3.org/1999/xlink href"})
_EMBED = "put what it shows into the drawing itself, such as by `Embed images` of Inkscape"
_PLAIN = "save it as plain SVG; as a picture it would not run"
# Only such a value can ask for anything; transforms and paths, of which a figure has thousands, are not read as CSS.
_MAY_LOAD = regex(r"url|src|image|import|cross-fade|\\", re.IGNORECASE)


class _Found(Exception):
    """The first flaw; nothing behind it is read."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.message)
        self.flaw = flaw


def look(data: bytes) -> Flaw | None:
    """What keeps a drawing from being shown as it was meant."""
    reader = _DrawingReader(data.isascii())
    try:
        reader.parser.Parse(data, True)
    except _Found as found:
        return found.flaw
    except (expat.ExpatError, LookupError, ValueError) as error:
        if isinstance(error, expat.ExpatError):
            why = f" (line {error.lineno}: {expat.ErrorString(error.code)})"
        else:
            why = f" ({error})"
        return Flaw(
            f"is no well-formed SVG{why}, and no browser shows it", "export it again, or mend that line; `&` is `&amp;`"
        )
    return None


def elsewhere(styling: str) -> str:
    """The first thing outside the drawing that styling asks for, '' if there is none."""
    if not _MAY_LOAD.search(styling):
        return ""
    asked = (each.address for each in css.references(styling))
    return next((address or "what only a browser can know" for address in asked if not _own(address or "?")), "")


def _own(address: str) -> bool:
    """Whether an address leads to the drawing itself, or to a picture within it."""
    address = address.strip()
    return not address or address.startswith("#") or address[:11].lower() == "data:image/"


class _DrawingReader:
    def __init__(self, ascii: bool) -> None:
        self._ascii = ascii
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.XmlDeclHandler = self._declares
        self.parser.StartElementHandler = self._opens
        self.parser.EndElementHandler = self._closes
        self.parser.CharacterDataHandler = self._says
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._entity
        self.parser.ProcessingInstructionHandler = self._instructs
        self._begun = False
        self._styles: list[str] | None = None

    def _found(self, what: str, help: str) -> _Found:
        return _Found(Flaw(f"{what} (line {self.parser.CurrentLineNumber})", help))

    def _opens(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        if not self._begun:
            self._begins(space, local)
        if space not in (SVG, _XHTML):
            return  # what a drawing program notes for itself
        if local == "script":
            raise self._found("holds a script", _PLAIN)
        if local == "foreignObject":
            raise self._found(
                "holds a <foreignObject>, which not every Anki shows", "save text as SVG text or as paths"
            )
        if local == "style":
            self._styles = []
        for key, value in attributes.items():
            self._has(local, key, value)

    def _begins(self, space: str, local: str) -> None:
        self._begun = True
        if local != "svg":
            raise self._found(f"is no SVG: it opens with <{local}>", "export it as SVG")
        if space != SVG:
            raise self._found("is no SVG to a browser: it lacks its namespace", f'write <svg xmlns="{SVG}" …>')

    def _has(self, local: str, key: str, value: str) -> None:
        """One attribute of an element."""
        if key.startswith("on"):
            raise self._found(f"holds a script under {key}", _PLAIN)
        if key in _LINKS:
            self._link(local, value)
        elif key == "attributeName" and (value.startswith("on") or value.rpartition(":")[2] == "href"):
            raise self._found(f"animates {value}", _PLAIN)
        else:
            self._style(value)

    def _link(self, local: str, value: str) -> None:
        text = re.sub(r"[\x00-\x20]", "", value)
        if local == "a":
            if text.lower().startswith(("javascript:", "data:", "vbscript:")):
                raise self._found("holds a script in a link", _PLAIN)
        elif not _own(text):
            raise self._found(f"shows another file, '{value[:60]}', which no learner gets", _EMBED)

    def _style(self, styling: str) -> None:
        other = elsewhere(styling)
        if other:
            raise self._found(f"asks for another file in its styling, '{other[:60]}', which no learner gets", _EMBED)

    def _says(self, text: str) -> None:
        if self._styles is not None:
            self._styles.append(text)

    def _closes(self, name: str) -> None:
        if self._styles is not None and name.rpartition(" ")[2] == "style":
            self._style("".join(self._styles))
            self._styles = None

    def _declares(self, version: str, encoding: str | None, standalone: int) -> None:
        if not self._ascii and encoding and not encoding.lower().startswith(("utf-8", "utf-16")):
            raise self._found(f"is saved as {encoding[:40]}, which newer browsers do not read", "save it as UTF-8")

    def _doctype(self, name: str, system: str | None, public: str | None, inside: bool) -> None:
        """A bare DOCTYPE, which older programs write, does nothing; one that declares may do anything."""
        if inside:
            raise self._found("declares something in its DOCTYPE", "delete the DOCTYPE, or save it as plain SVG")

    def _entity(self, *declared: object) -> None:
        raise self._found("declares an entity", "delete the DOCTYPE, or save it as plain SVG")

    def _instructs(self, target: str, data: str) -> None:
        if target.lower() == "xml-stylesheet":
            raise self._found("takes its styling from another file, which no learner gets", _EMBED)
