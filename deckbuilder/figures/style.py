"""The colors of the figures, by day and by night, and the SVG file around what is drawn."""

from __future__ import annotations

# b bone, d dimmed bone (s shade, l light); m n q the reds of parts; t tendon; g hidden; f fibers;
# o origin, i insertion (l line, h hidden line, e leader, v hidden marker, vt its number); w the halo around these.
_DAY = {
    ".b": "fill:#efe6d2;stroke:#7d705a;stroke-width:1.8",
    ".bs": "fill:#dccfb1",
    ".bl": "fill:#fbf7ec",
    ".bk": "fill:#7d705a",
    ".d": "fill:#f4f0e6;stroke:#cbc3b2;stroke-width:1.6",
    ".ds": "fill:#eae4d6",
    ".m": "fill:#c04a3d;stroke:#7a211a;stroke-width:1.8",
    ".ms": "fill:#9f342b",
    ".ml": "fill:#d26a5a",
    ".n": "fill:#d0705a;stroke:#7a211a;stroke-width:1.8",
    ".ns": "fill:#b4533f",
    ".nl": "fill:#e08f79",
    ".q": "fill:#a8403f;stroke:#7a211a;stroke-width:1.8",
    ".qs": "fill:#8a2d2e",
    ".ql": "fill:#bd5f5a",
    ".t": "fill:#ecd9c6;stroke:#96705a;stroke-width:1.5",
    ".ts": "fill:#d9c0a9",
    ".g": "fill:#c04a3d;fill-opacity:.13;stroke:#a63c30;stroke-width:2;stroke-dasharray:6 5",
    ".f": "fill:none;stroke:#fff;stroke-opacity:.42;stroke-width:1.5;stroke-linecap:round",
}
_MARKS = {
    ".w": "fill:none;stroke:#fff;stroke-width:11;stroke-linecap:round",
    ".ol,.oh,.oe": "fill:none;stroke:#1a5496;stroke-width:6;stroke-linecap:round",
    ".il,.ih,.ie": "fill:none;stroke:#86348a;stroke-width:6;stroke-linecap:round",
    ".oh,.ih,.hw": "stroke-dasharray:1 10",
    ".hw": "stroke-width:9",
    ".oe,.ie": "stroke-width:3",
    ".o": "fill:#1a5496;stroke:#fff;stroke-width:3.5",
    ".i": "fill:#86348a;stroke:#fff;stroke-width:3.5",
    ".ov,.iv": "fill:#fff;stroke-width:4",
    ".ov": "stroke:#1a5496",
    ".iv": "stroke:#86348a",
    "text": "fill:#fff;font:700 22px system-ui,-apple-system,Roboto,sans-serif;text-anchor:middle",
    ".ovt": "fill:#1a5496",
    ".ivt": "fill:#86348a",
}
_NIGHT = {
    ".b": "fill:#cfc5ae;stroke:#4b4536",
    ".bs": "fill:#aca186",
    ".bl": "fill:#e6decb",
    ".bk": "fill:#4b4536",
    ".d": "fill:#3a3d40;stroke:#5d6063",
    ".ds": "fill:#303336",
    ".t": "fill:#d8c4b0",
    ".ts": "fill:#bda58f",
}
_MARKS_NIGHT = {
    ".w,.o,.i": "stroke:#14181d",
    ".o": "fill:#85b9f7",
    ".i": "fill:#e0a0dc",
    ".ol,.oh,.oe,.ov": "stroke:#85b9f7",
    ".il,.ih,.ie,.iv": "stroke:#e0a0dc",
    ".ov,.iv": "fill:#14181d",
    "text": "fill:#10151b",
    ".ovt": "fill:#85b9f7",
    ".ivt": "fill:#e0a0dc",
}


def document(width: int, height: int, title: str, drawn: str) -> str:
    """A picture file: what is drawn at half its units, so that lines are fine, with the style that it needs."""
    return wrapped(width, height, (round(width / 2), round(height / 2)), title, css(_DAY, _NIGHT), drawn)


def overlay(width: int, height: int, title: str, marks: str) -> str:
    """Markers alone, to be laid over the picture of this size."""
    style = css(_MARKS, _MARKS_NIGHT)
    return wrapped(width, height, (round(width / 2), round(height / 2)), title, style, marks)


def wrapped(width: int, height: int, size: tuple[int, int], title: str, style: str, drawn: str) -> str:
    """An SVG file that is shown through `<img>`: it brings its own style, and asks for nothing."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{size[0]}" height="{size[1]}" '
        f'role="img"><title>{title}</title><style>{style}</style>{drawn}</svg>\n'
    )


def css(day: dict[str, str], night: dict[str, str]) -> str:
    """The rules for a light ground, and those that differ on a dark one."""

    def rules(found: dict[str, str]) -> str:
        return "".join(f"{what}{{{how}}}" for what, how in found.items())

    return f"path{{stroke-linejoin:round}}{rules(day)}@media(prefers-color-scheme:dark){{{rules(night)}}}"


# k edge of a bone, y structure, z sheet, u line of a landmark, h e p halo, line and point of a leader.
_LABELS = {
    ".y,.z": "fill:none;stroke:#cf9f83;stroke-width:12;stroke-linecap:round;stroke-opacity:.85",
    ".z": "fill:#ecd9c6;stroke:none",
    ".k": "fill:none;stroke:#7d705a;stroke-width:1.8;stroke-linecap:round",
    ".u": "fill:none;stroke:#0f766e;stroke-width:5;stroke-linecap:round",
    ".h": "fill:none;stroke:#fbfaf7;stroke-width:6;stroke-linecap:round",
    ".e": "fill:none;stroke:#33302a;stroke-width:2",
    ".p": "fill:#33302a;stroke:#fbfaf7;stroke-width:3",
    "text": "fill:#1d1b18;font:26px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif",
}
_LABELS_NIGHT = {
    ".k": "stroke:#4b4536",
    ".u": "stroke:#128076",
    ".h,.p": "stroke:#14181d",
    ".e": "stroke:#e9e5db",
    ".p": "fill:#e9e5db",
    "text": "fill:#e9e5db",
}


def labeled(width: int, height: int, title: str, drawn: str) -> str:
    """A picture file of bones with labels."""
    bones = (".b", ".bs", ".bl", ".bk", ".d", ".ds")
    day = {what: _DAY[what] for what in bones} | _LABELS
    night = {what: _NIGHT[what] for what in bones if what in _NIGHT} | _LABELS_NIGHT
    return wrapped(width, height, (round(width / 2), round(height / 2)), title, css(day, night), drawn)
