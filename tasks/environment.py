"""An environment of Python that is set up when it is first asked for, and again when what it is made of has changed.

Versions are those of `constraints/`, so that what passed yesterday passes today, whatever has been released since;
`newest` has no constraints, `oldest` the lower bounds of pyproject.toml. Each has a folder of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from tasks import constraints

ROOT = Path(__file__).resolve().parents[1]
# What an installed deckbuilder was made of.
SETTINGS = ("pyproject.toml", "deckbuilder/__init__.py")

Kind = Literal["pinned", "newest", "oldest"]
FOLDERS: Mapping[Kind, str] = {"pinned": ".venv", "newest": ".venv-newest", "oldest": ".venv-oldest"}

# What somebody may have told pip about where packages come from, and how it speaks, holds here too. The rest is left out:
# `user`, `target` or `no-deps`, meant for other work, would put packages elsewhere or leave some out.
PIP_KEEPS = frozenset(
    "PIP_" + name
    for name in (
        "CACHE_DIR", "CERT", "CLIENT_CERT", "CONFIG_FILE", "DEFAULT_TIMEOUT", "DISABLE_PIP_VERSION_CHECK", "EXTRA_INDEX_URL",
        "FIND_LINKS", "INDEX_URL", "KEYRING_PROVIDER", "LOG", "NO_CACHE_DIR", "NO_COLOR", "NO_INDEX", "NO_INPUT", "PROXY",
        "PROGRESS_BAR", "QUIET", "RETRIES", "TIMEOUT", "TRUSTED_HOST", "USE_FEATURE", "VERBOSE",
    )
)  # fmt: skip
# And the same from a pip.conf, which only another value goes before.
PIP_OFF = {f"PIP_{name}": "0" for name in ("USER", "NO_DEPS", "DRY_RUN", "PRE", "REQUIRE_HASHES", "IGNORE_INSTALLED")}
# The last does no harm but to time: each of the hundreds of processes that tests start would compile all that it imports.
LEADS_ASTRAY = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__", "PYTHONDONTWRITEBYTECODE")


class Failed(Exception):
    """A step did not succeed; the sentence is for whoever asked for it."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A folder with a Python of its own, made by the Python that runs this and of its version."""

    kind: Kind = "pinned"
    root: Path = ROOT
    knows: Mapping[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.root / FOLDERS[self.kind]

    @property
    def python(self) -> Path:
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def version(self) -> str:
        return f"{sys.version_info[0]}.{sys.version_info[1]}"

    @property
    def constraints(self) -> Path | None:
        """The file of versions; none for the newest, or for a Python that came after this."""
        return None if self.kind == "newest" else constraints.file(self.version, self.kind, self.root / "constraints")

    def ready(self, *extras: str) -> Environment:
        """With everything in it that these extras want; where that is so already, nothing is asked of the network."""
        if self._settled(extras):
            return self
        if not self._sound():
            print(f"setting up {FOLDERS[self.kind]} with Python {sys.version.split()[0]}", flush=True)
            self._must([sys.executable, "-m", "venv", "--clear", str(self.folder)], "no environment could be made")
        if self.constraints is None and self.kind != "newest":
            print(f"constraints/ has no versions for Python {self.version} yet: the newest are taken", flush=True)
        self._note.unlink(missing_ok=True)
        self._unfinished.touch()
        self._install(extras)
        part = self._note.with_suffix(".part")
        part.write_text(json.dumps({"of": self._made_of(), "extras": extras}), "utf-8")
        self._unfinished.unlink()
        part.replace(self._note)
        return self

    def knowing(self, **values: str) -> Environment:
        """With more environment variables."""
        return replace(self, knows={**self.knows, **values})

    def run(self, *arguments: str, **how: Any) -> str:
        """Its Python, in the project's folder. What it runs and installs in its turn holds to the same versions."""
        code, said = self._call([str(self.python), *arguments], **how)
        if code:
            sys.exit(code)  # it said why
        return said or ""

    def surroundings(self) -> dict[str, str]:
        """Environment variables, as far as they do not lead astray, and the constraints for every pip that starts."""
        env = {name: value for name, value in os.environ.items() if self._harmless(name.upper())} | PIP_OFF
        env["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
        if self.constraints:
            # As an address, since pip splits this at blanks. The second is for the builds of newer pips.
            env["PIP_CONSTRAINT"] = env["PIP_BUILD_CONSTRAINT"] = self.constraints.as_uri()
        return {**env, **self.knows}

    @staticmethod
    def _harmless(name: str) -> bool:
        if name.startswith("PIP_"):
            return name in PIP_KEEPS
        return name not in LEADS_ASTRAY

    @property
    def _note(self) -> Path:
        """What was installed, written when all of it was."""
        return self.folder / "installed.json"

    @property
    def _unfinished(self) -> Path:
        """There while pip works: a package of which it copied only half may look whole to its next run."""
        return self.folder / "unfinished"

    def _made_of(self) -> str:
        paths = [self.root / name for name in SETTINGS] + ([self.constraints] if self.constraints else [])
        contents = [sys.version.encode(), str(self.root).encode(), *(path.read_bytes() for path in paths)]
        return hashlib.sha256(b"".join(hashlib.sha256(each).digest() for each in contents)).hexdigest()

    def _settled(self, extras: tuple[str, ...]) -> bool:
        if self.kind == "newest" or not self._sound():
            return False
        try:
            note = json.loads(self._note.read_text("utf-8"))
            return bool(note["of"] == self._made_of() and set(extras) <= set(note["extras"]))
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def _sound(self) -> bool:
        """Whether its Python still starts, is of the version that was asked for, and pip was never stopped on its way."""
        if self._unfinished.exists():
            return False
        asked = [str(self.python), "-c", "import pip, sys; print(*sys.version_info[:2], sep='.')"]
        try:
            done = subprocess.run(asked, capture_output=True, text=True, env=self.surroundings(), check=False)
        except OSError:
            return False
        return done.stdout.strip() == self.version

    def _install(self, extras: tuple[str, ...]) -> None:
        what = f".[{','.join(extras)}]" if extras else "."
        newer = ["--upgrade", "--upgrade-strategy", "eager"] if self.kind == "newest" else []
        pip = [str(self.python), "-m", "pip", "install", "--quiet", *newer, "--editable", what]
        self._must(pip, "not everything could be installed; pip says why above")

    def _must(self, command: list[str], otherwise: str) -> None:
        code, _ = self._call(command)
        if code:
            raise Failed(f"{FOLDERS[self.kind]}: {otherwise}")

    def _call(self, command: list[str], **how: Any) -> tuple[int, str | None]:
        """Its exit code and what it printed. Ctrl-C reaches it as well, and it ends in its own time."""
        interrupted = False
        with subprocess.Popen(command, cwd=self.root, env=self.surroundings(), text=True, **how) as process:
            try:
                while True:
                    try:
                        said, _ = process.communicate()
                        break
                    except KeyboardInterrupt:
                        interrupted = True
            except BaseException:
                process.terminate()
                raise
        if interrupted:
            raise KeyboardInterrupt
        return process.returncode, said
