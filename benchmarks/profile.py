"""Where a build's CPU goes: the pipeline's functions, each on a clock that stops while another one's runs.

`python -m benchmarks.profile [--notes 10000] [--project DIR] [--cache DIR]`

The functions are wrapped from outside, so the pipeline knows nothing of it; what the clocks themselves cost
stands in the last line. `--project`: a copy of a project of your own instead of a synthetic one.
"""

from __future__ import annotations

import argparse
import importlib
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

from benchmarks import synthetic

OTHER, IMPORTS = "all else", "Python and imports"
_STARTED = time.process_time()
# Stage, module, function or class.method. What a module imports by name is wrapped in that module.
STAGES = (
    ("read files", "deckbuilder.source.guard", "text"),
    ("YAML: control characters, aliases, depth", "deckbuilder.source.guard", "refuse"),
    ("YAML: C parser", "deckbuilder.source", "nodes_of"),
    ("YAML: nodes to values", "deckbuilder.source.values", "Reading.mapping"),
    ("positions for faults", "deckbuilder.source", "Document.locate"),
    ("validate (pydantic)", "deckbuilder.records", "parse"),
    ("library", "deckbuilder.workspace.snapshot", "Library"),
    ("rules: what rendering relies on", "deckbuilder.rules", "guard"),
    ("rules: the linter", "deckbuilder.rules", "lint"),
    ("render: order, notes, the rest", "deckbuilder.render", "render"),
    ("render: note types", "deckbuilder.render", "ProjectNoteTypes.get"),
    ("render: fields (Jinja)", "deckbuilder.render.fields", "Fields._values"),
    ("render: what is known of notes", "deckbuilder.render.remembered", "Remembered.known"),
    ("render: what is kept of notes", "deckbuilder.render.remembered", "Remembered.made"),
    ("render: look-alikes", "deckbuilder.anatomy.library", "Library.lookalikes"),
    ("render: tags", "deckbuilder.anatomy.tags", "of"),
    ("render: which cards exist", "deckbuilder.anki.notes", "NoteType.ordinals"),
    ("lock: read", "deckbuilder.lock", "load"),
    ("lock: check", "deckbuilder.workspace.held", "against"),
    ("lock: advance", "deckbuilder.lock", "advance"),
    ("lock: dump", "deckbuilder.lock", "dump"),
    ("package: pages to disk, the rest", "deckbuilder.package.writer", "write"),
    ("package: rows, digest, sqlite", "deckbuilder.package.writer", "_Package.write_to_db"),
    ("package: deflate", "deckbuilder.package.writer", "_Package._zip"),
    ("package: verify", "deckbuilder.package.writer", "_Package.verify"),
    ("cache: read", "deckbuilder.core.cache", "Cache.get"),
    ("cache: write", "deckbuilder.core.cache", "Cache.put"),
    ("sha256 of the file", "deckbuilder.workspace.building", "sha256"),
)


class Clocks:
    """CPU seconds by stage. Where one stage calls another, the time counts for the inner one only."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys((IMPORTS, *(stage for stage, _, _ in STAGES), OTHER), 0.0)
        self.calls: Counter[str] = Counter()
        self._running = [OTHER]
        self._since = time.process_time()

    def wrap(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, on the stage's clock."""

        @wraps(function)
        def clocked(*arguments: Any, **named: Any) -> Any:
            self.calls[stage] += 1
            self._switch()
            self._running.append(stage)
            try:
                return function(*arguments, **named)
            finally:
                self._switch()
                self._running.pop()

        return clocked

    def stop(self) -> None:
        """Book what has run since the last call."""
        self._switch()

    def _switch(self) -> None:
        now = time.process_time()
        self.seconds[self._running[-1]] += now - self._since
        self._since = now


def profile(project: Path, output: Path, cache: Path | None = None) -> Clocks:
    """Build once, on the clocks. `cache`: where what is made is kept, and what was made before is found."""
    start = time.process_time()
    from deckbuilder.core.cache import NOTHING, Cache
    from deckbuilder.core.project import find
    from deckbuilder.workspace import building

    importlib.import_module("deckbuilder.package.describe")
    importlib.import_module("filelock")
    for _, module, _ in STAGES:
        importlib.import_module(module)
    imports = _STARTED + time.process_time() - start
    clocks = Clocks()
    for stage, module, name in STAGES:
        owner: Any = importlib.import_module(module)
        *holders, last = name.split(".")
        for holder in holders:
            owner = getattr(owner, holder, None)
        if hasattr(owner, last):
            setattr(owner, last, clocks.wrap(stage, getattr(owner, last)))
        else:
            print(f"{module}.{name} is no more: its time counts for its caller", file=sys.stderr)
    kept = Cache(cache) if cache else NOTHING
    report = building.build(replace(find(project), cache=kept), output, int(time.time()))
    clocks.stop()
    if report.built is None:
        raise SystemExit("\n".join(map(str, report.diagnostics)))
    clocks.seconds[IMPORTS] = imports
    return clocks


def table(clocks: Clocks) -> str:
    """The stages that ran, in the order of the pipeline, with their shares."""
    whole = sum(clocks.seconds.values())
    lines = ["| stage | calls | CPU s | share |", "|---|---:|---:|---:|"]
    for stage, seconds in clocks.seconds.items():
        if seconds:
            calls = f"{clocks.calls[stage]:,}" if clocks.calls[stage] else ""
            lines.append(f"| {stage} | {calls} | {seconds:.2f} | {100 * seconds / whole:.1f} % |")
    lines.append(f"| **all** | | {whole:.2f} | 100 % |")
    return "\n".join(lines)


def overhead(calls: int) -> float:
    """What so many calls cost through a clock."""
    clocks = Clocks()
    clocked = clocks.wrap(OTHER, lambda: None)
    start = time.process_time()
    for _ in range(calls):
        clocked()
    return time.process_time() - start


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile")
    parser.add_argument("--notes", type=int, default=10_000, help="the size of the synthetic deck")
    parser.add_argument("--project", type=Path, help="a project of your own instead")
    parser.add_argument(
        "--cache", type=Path, help="a folder for what is kept; the second time, what a build costs that has it"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="deckbuilder-bench-") as folder:
        project = Path(folder, "project")
        if options.project:
            shutil.copytree(options.project, project, ignore=shutil.ignore_patterns(".*", "dist"))
        else:
            synthetic.write(project, options.notes)
        clocks = profile(project, Path(folder, "dist"), options.cache)
    print(table(clocks))
    print(f"\nThe clocks themselves took about {overhead(sum(clocks.calls.values())):.2f} s of it.")


if __name__ == "__main__":
    main()
