"""Addresses of the network as links hold them: escaped in every part, and those for reports with the card in them.

What is percent-encoded already stays as it is; everything else that no address may hold is encoded in its own part.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from deckbuilder.core.patterns import regex

KEY = "{{text:Key}}"  # Anki's own placeholder for the key of a note, which is made of a-z, 0-9, `-` and `/`
_ENCODED = regex(r"(%[0-9A-Fa-f]{2})")
_PATH = "/:@!$&'()*+,;=~"
_QUERY = _PATH + "?"
_FORM = regex(r"/issues/new/?$")


class Unsound(ValueError):
    """The text is no address that a browser or a mail program could open; says why."""


def of_doi(doi: str) -> str:
    """Where a DOI leads. It may hold `#`, `?`, `<` and `;`, which an address would take for something else."""
    return f"https://doi.org/{_quoted(doi, _PATH)}"


def link(address: str) -> str:
    """An http, https or mailto address with each part escaped as its place asks. Raises `Unsound`."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise Unsound(str(error)) from None
    if parts.scheme == "mailto":
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", parts.path):
            raise Unsound("no mail address follows `mailto:`")
        user, _, host = parts.path.partition("@")
        path = f"{_quoted(user, _PATH.replace('/', ''))}@{_host(host)}"
        return urlunsplit(("mailto", "", path, _quoted(parts.query, _QUERY), ""))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Unsound("no host follows `https://`")
    user, at, _ = parts.netloc.rpartition("@")
    place = _quoted(user, "!$&'()*+,;=:~") + at + _host(parts.hostname) + (f":{port}" if port is not None else "")
    rest = (_quoted(parts.path, _PATH), _quoted(parts.query, _QUERY), _quoted(parts.fragment, _QUERY))
    return urlunsplit((parts.scheme, place, *rest))


def report(address: str, card: str) -> str:
    """Where the report of a mistake goes, with the name of the card, and with Anki's placeholder for its note.

    Where the address holds `{note}` or `{card}`, they stand there. Otherwise a mail gets a subject and the form of an issue
    tracker a title; to any other page they are given as `card` and `note` in the query.
    """
    if "{note}" in address or "{card}" in address:
        pieces = re.split(r"(\{note\}|\{card\})", address)
        held = {"{note}": KEY, "{card}": quote(card, safe="")}
        # Marks that need no escaping stand in for both while the rest is escaped.
        marked = link("".join({"{note}": "-note-0-", "{card}": "-card-0-"}.get(piece, piece) for piece in pieces))
        return marked.replace("-note-0-", held["{note}"]).replace("-card-0-", held["{card}"])
    parts = urlsplit(link(address))
    what = f"{KEY}%20({quote(card, safe='')})"
    if parts.scheme == "mailto":
        return urlunsplit(parts._replace(query=_with(parts.query, "subject", what)))
    if _FORM.search(parts.path):
        title = "issue[title]" if parts.path.rstrip("/").endswith("/-/issues/new") else "title"
        return urlunsplit(parts._replace(query=_with(parts.query, title, what)))
    own = f"card={quote(card, safe='')}&note={KEY}"
    return urlunsplit(parts._replace(query=f"{parts.query}&{own}" if parts.query else own))


def bare(address: str) -> str:
    """The address for reports where no card is meant."""
    return link(address.replace("{note}", "").replace("{card}", ""))


def _with(query: str, name: str, value: str) -> str:
    """The query with a value behind what stands under a name, or under the name alone."""
    steps = query.split("&") if query else []
    for place, step in enumerate(steps):
        if unquote(step.partition("=")[0]).lower() == name:
            steps[place] = f"{step}{'' if '=' in step else '='}%20{value}"
            return "&".join(steps)
    return "&".join([*steps, f"{quote(name, safe='')}={value}"])


def _host(host: str) -> str:
    """A name in letters of any script as the network knows it."""
    if ":" in host:  # an address of numbers
        return f"[{host}]"
    if host.isascii():
        if not re.fullmatch(r"[A-Za-z0-9._-]+", host):
            raise Unsound(f"'{host}' is no host")
        return host
    import idna  # its tables are large, and hardly any address asks for them

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise Unsound(f"'{host}' is no host") from None


def _quoted(text: str, safe: str) -> str:
    """The text with all encoded that is neither safe nor encoded already."""
    pieces = _ENCODED.split(text)
    return "".join(piece if place % 2 else quote(piece, safe=safe) for place, piece in enumerate(pieces))
