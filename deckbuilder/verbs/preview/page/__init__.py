"""The page's own files: plain HTML, CSS and JavaScript, the same for the server and for an exported site."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from importlib import resources

FRAME = "frame.html"
# Where the frame of an exported site says what it may load; the server says it in a header.
POLICY = "[[policy]]"
# A frame of no origin may load nothing of ours: these stand in it.
INSIDE = ("anki.css", "masks.js")
STYLES = ("app.css",)
SCRIPTS = ("data.js", "stage.js", "list.js", "inspect.js", "app.js")
_KINDS = {".css": "text/css", ".js": "text/javascript", ".html": "text/html", ".svg": "image/svg+xml"}
_FOLDER = resources.files(__name__)


def files() -> dict[str, tuple[bytes, str]]:
    """Each file by its name, with its media type."""
    names = (FRAME, *STYLES, *SCRIPTS)
    found = {name: ((_FOLDER / name).read_bytes(), _KINDS[name[name.rindex(".") :]]) for name in names}
    frame, kind = found[FRAME]
    for name in INSIDE:
        frame = frame.replace(f"[[{name}]]".encode(), (_FOLDER / name).read_bytes())
    return {**found, FRAME: (frame.replace(b"\r\n", b"\n"), kind)}


def scripts() -> str:
    """The frame's own scripts, as a policy names the only ones that may run: by what stands in them."""
    frame, _ = files()[FRAME]
    found = re.findall(rb"<script>(.*?)</script>", frame, re.DOTALL)
    return " ".join(f"'sha256-{b64encode(sha256(each).digest()).decode()}'" for each in found)


def index(*, token: str = "", folder: str = "page/", data: str = "") -> str:
    """The page itself. `token`: by which the server knows it; `data`: the script that holds an exported deck."""
    text = (_FOLDER / "index.html").read_text("utf-8")
    scripts = [*([data] if data else []), *(f"{folder}{name}" for name in SCRIPTS)]
    return (
        text.replace("[[token]]", token)
        .replace("[[styles]]", "\n".join(f'<link rel="stylesheet" href="{folder}{name}">' for name in STYLES))
        .replace("[[scripts]]", "\n".join(f'<script src="{name}" defer></script>' for name in scripts))
    )
