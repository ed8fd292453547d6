"""What is wrong with the HTML of a template: what it loads that no package holds, and what is not closed.

Python's own parser tells where each tag stands and repairs nothing. html5lib has had no release since 2020, and justhtml
takes half a second to be imported and does not tell of an element that is never closed; which elements close each other is
all that is missing here, and HTML's own few rules for that are below.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from deckbuilder.core import css
from deckbuilder.core.patterns import regex

# Stands for what a field will hold, of which nothing is known yet.
_FIELD = "\ue000"
_TAG = regex(r"<!--.*?-->|\{\{(.*?)\}\}", re.DOTALL)
_SOUND = regex(r"\[sound:([^\]]+)\]", re.IGNORECASE)
_UNFINISHED = regex(r"<[a-z/!][^<>]*\Z", re.IGNORECASE)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VOID = _words("area base br col embed hr img input link meta param source track wbr")
# These end by themselves where the next one begins, or what they are in ends.
_ENDS = _words("p li dt dd td th tr thead tbody tfoot colgroup caption option optgroup rt rp")
_ENDS_P = _words(
    "address article aside blockquote details dialog div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header "
    "hgroup hr main menu nav ol p pre search section table ul"
)
_FOREIGN = frozenset({"svg", "math"})
# Attributes by which something is loaded or sent. A link is followed by hand.
_LOADING = _words(
    "src srcset imagesrcset poster data background action formaction ping href xlink:href manifest lowsrc attributionsrc "
    "codebase archive classid"
)
_SETS = frozenset({"srcset", "imagesrcset"})
_LINKS = frozenset({"a", "area"})


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in some HTML, and where in its text: from `start` to `end`. `loads`: it is about what is loaded."""

    start: int
    end: int
    message: str
    help: str
    loads: bool = False


def worlds(template: str) -> tuple[str, str]:
    """The HTML of a card's template where every field is filled, and where none is; each thing stands where it stood."""
    return _without_tags(template, filled=True), _without_tags(template, filled=False)


def mistakes(html: str, held: Container[str] = ()) -> list[Mistake]:
    """What is wrong with some HTML, in the order in which it stands there. `held`: the files that will be there."""
    reader = _Reader(html, held)
    reader.feed(html[: html.rfind(">") + 1])  # after that there is no tag, and the parser looks for one again and again
    reader.close()
    return sorted(reader.found(), key=lambda each: (each.start, each.message))


def _without_tags(template: str, *, filled: bool) -> str:
    """Fields as letters of no meaning; what is not shown as blanks."""
    made, last, shown = [], 0, [True]

    def add(text: str) -> None:
        made.append(text if shown[-1] else re.sub(r"[^\n]", " ", text))

    for found in _TAG.finditer(template):
        add(template[last : found.start()])
        last = found.end()
        name = None if found[1] is None else found[1].lstrip("{").strip()
        if name is None:
            add(found[0])
        elif name.startswith(("#", "^")):
            made.append(" " * len(found[0]))
            shown.append(shown[-1] and (name[0] == "#") is filled)
        elif name.startswith("/"):
            made.append(" " * len(found[0]))
            if len(shown) > 1:
                shown.pop()
        else:
            add(_FIELD * len(found[0]))
    add(template[last:])
    return "".join(made)


class _Reader(HTMLParser):
    """Reads HTML once, with the elements that are open."""

    def __init__(self, html: str, held: Container[str]) -> None:
        super().__init__(convert_charrefs=True)
        self._html, self._held = html, held
        self._lines = [0, *(found.end() for found in re.finditer("\n", html))]
        self._open: list[tuple[str, int, int]] = []
        self._foreign = 0  # how many of them are drawings or formulas
        self._style: list[tuple[int, str]] = []
        self._found: list[Mistake] = []

    def found(self) -> list[Mistake]:
        """All that is wrong, when everything was read."""
        self._look_at_style()
        self._end_all(self._open)
        self._open = []
        unfinished = _UNFINISHED.search(self._html)
        if unfinished:
            self._tell(unfinished.start(), unfinished.end(), "a tag begins here and does not end", "close it with `>`")
        for sound in _SOUND.finditer(self._html):
            self._ask(sound[1], sound.start(), sound.end())
        return self._found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start, end = self._place()
        if tag in _ENDS_P and not self._foreign:
            self._end_paragraph()
        self._look(tag, attrs, start, end)
        if tag not in _VOID:
            self._open.append((tag, start, end))
            self._foreign += tag in _FOREIGN

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        # Only in drawings and formulas does the slash close anything.
        if tag not in _VOID and self._foreign:
            self._close(len(self._open) - 1)

    def handle_endtag(self, tag: str) -> None:
        if self._style:
            self._look_at_style()
        start = self._offset()
        end = self._html.find(">", start) + 1 or len(self._html)
        if tag in _VOID:
            if tag != "br":
                self._tell(start, end, f"`</{tag}>` closes nothing: `<{tag}>` has no end", "take it out")
            return
        at = next((at for at in range(len(self._open) - 1, -1, -1) if self._open[at][0] == tag), None)
        if at is None:
            why = ": a paragraph ends where a block begins" if tag == "p" else ""
            self._tell(start, end, f"`</{tag}>` closes nothing that is open{why}", "take it out, or open it before")
            return
        self._end_all(self._open[at + 1 :], f" before `</{tag}>`")
        self._close(at)

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] == "style":  # it may come in pieces
            self._style.append((self._offset(), data))

    def _look(self, tag: str, attrs: list[tuple[str, str | None]], start: int, end: int) -> None:
        for name, value in attrs:
            if not value:
                continue
            if re.search(r"<[a-z/]", value, re.IGNORECASE) and name not in ("srcdoc", "content") and name[:2] != "on":
                self._tell(start, end, f"the text of `{name}` goes on over other tags", "close its quotes")
            if name == "style":
                for each in css.mistakes(value.replace(_FIELD, "x"), self._held, whole=False):
                    self._tell(start, end, each.message, each.help, loads=True)
            elif name == "srcdoc":
                for inner in mistakes(value, self._held):
                    self._tell(start, end, inner.message, inner.help, loads=inner.loads)
            elif name in _LOADING and not (tag in _LINKS and name.endswith("href")):
                for address in _candidates(value) if name in _SETS else [value]:
                    self._ask(address, start, end)
        given = dict(attrs)
        refresh = (given.get("http-equiv") or "").lower() == "refresh"
        if tag == "meta" and refresh and "url" in (given.get("content") or "").lower():
            self._tell(
                start, end, "a card that goes elsewhere by itself is not shown any more", "take it out", loads=True
            )

    def _look_at_style(self) -> None:
        data = "".join(piece for _, piece in self._style)
        lines = [0, *(found.end() for found in re.finditer("\n", data))]
        for each in css.mistakes(data.replace(_FIELD, "x"), self._held):
            at = self._style[0][0] + lines[min(each.line, len(lines)) - 1] + each.column - 1
            self._tell(at, at + 12, each.message, each.help, loads=True)
        self._style = []

    def _ask(self, address: str, start: int, end: int) -> None:
        known = address.split(_FIELD)[0]
        if _FIELD in address and not re.match(r"\s*(?:[a-z][a-z0-9+.-]*:|[/\\]{2})", known, re.IGNORECASE):
            return  # what a field holds is looked at where it is made
        said = css.refused(address.replace(_FIELD, ""), self._held)
        if said is not None:
            self._tell(start, end, *said, loads=True)

    def _close(self, at: int) -> None:
        self._foreign -= sum(name in _FOREIGN for name, _, _ in self._open[at:])
        del self._open[at:]

    def _end_paragraph(self) -> None:
        """A block in a paragraph ends it, unless something between them keeps it."""
        if self._open and self._open[-1][0] == "p":
            self._open.pop()

    def _end_all(self, ended: list[tuple[str, int, int]], where: str = "") -> None:
        for tag, start, end in ended:
            if tag not in _ENDS:
                self._tell(start, end, f"`<{tag}>` is not closed{where}", f"add `</{tag}>` where it ends")

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _place(self) -> tuple[int, int]:
        start = self._offset()
        return start, start + len(self.get_starttag_text() or "")

    def _tell(self, start: int, end: int, message: str, help: str, *, loads: bool = False) -> None:
        self._found.append(Mistake(start, end, message, help, loads))


def _candidates(value: str) -> Iterator[str]:
    """The addresses of a `srcset`, each before its width. One that is data holds a comma of its own."""
    if "data:" in value:
        yield from re.findall(r"\S+(?=\s|\Z)", value)[:1]
        return
    for each in value.split(","):
        if words := each.split():
            yield words[0]
