"""Every contestant on the same notes, in turn, each in a fresh process; the tables of the README as Markdown.

`python -m benchmarks.run [--sizes 1000 10000] [--repeat 3] [--many-decks] [--shipped] [--json FILE]`

CPU is user + system of the child as the kernel counts it, the best of the repeats: other work on the machine moves it
far less than the clock. Peak memory is the kernel's too, and the largest of the repeats.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks import synthetic

ROOT = Path(__file__).resolve().parents[1]
OURS, BASELINES = "benchmarks.ours", "benchmarks.baselines"
MANY = 1_000


@dataclass(frozen=True, slots=True)
class Run:
    """What one process cost. `own`: what it measured of a part of itself."""

    cpu: float
    wall: float
    peak: float
    size: int = 0
    own: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contestant:
    """A command, the file that it writes, and what is done before it, off the clock."""

    name: str
    command: tuple[str, ...]
    output: Path
    before: Callable[[], object] = lambda: None

    def run(self) -> Run:
        """One run in a fresh process."""
        self.before()
        self.output.unlink(missing_ok=True)
        return measure(self.command, self.output)


def measure(module: Sequence[str], output: Path | None = None) -> Run:
    """Run a Python module in a fresh process. What fails ends the benchmark with what it said."""
    command = [sys.executable, "-m", *module]
    with tempfile.TemporaryFile("w+") as said:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{text}")
    last = (text.splitlines() or [""])[-1]
    own = json.loads(last) if last.startswith("{") else {}
    size = output.stat().st_size if output else 0
    return Run(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024, size, own)


def contest(contestants: Iterable[Contestant], repeat: int) -> dict[str, list[Run]]:
    """Every contestant's runs, in turn, so that a busy minute on the machine meets all of them."""
    found: dict[str, list[Run]] = {}
    for turn in range(repeat):
        for each in contestants:
            found.setdefault(each.name, []).append(each.run())
            print(
                f"  {turn + 1}/{repeat} {each.name}: {found[each.name][-1].cpu:.2f} s",
                file=sys.stderr,
                flush=True,
            )
    return found


def at_size(
    notes: int, repeat: int, folder: Path, decks: bool
) -> tuple[dict[str, list[Run]], dict[str, float]]:
    """The runs of all contestants on a synthetic deck of so many notes, and facts about the deck."""
    written, project, ready, out = (folder / name for name in ("written", "project", "ready", "dist"))
    synthetic.write(written, notes)
    ready.mkdir()
    facts = measure((OURS, "dump", str(written), str(ready))).own
    facts["source"] = sum(path.stat().st_size for path in written.rglob("*.yaml"))

    def pristine() -> None:
        """The sources and nothing else: no lock, no cache."""
        shutil.rmtree(project, ignore_errors=True)
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(written, project)

    build = ("deckbuilder", "build", "--project", str(project), "--output", str(out))
    package = out / "synthetic-2026-11.apkg"
    contestants = [
        Contestant("build", build, package, pristine),
        Contestant(
            "build again after one edit", build, package, lambda: synthetic.edit(project, f"{time.time_ns()}")
        ),
        *(
            Contestant(name, (module, verb, str(source), str(folder / file), *more), folder / file)
            for name, module, verb, source, file, *more in (
                ("bare genanki", BASELINES, "bare", ready, "bare.apkg"),
                ("naive script", BASELINES, "naive", written, "naive.apkg"),
                ("package writing", OURS, "write", ready, "write.apkg"),
                ("plain sqlite3 + deflate", BASELINES, "plain", ready, "plain.apkg"),
                ("the same, indexes last", BASELINES, "plain", ready, "late.apkg", "late"),
            )
        ),
    ]
    if decks:
        contestants += [
            Contestant(
                f"writing {MANY:,} decks",
                (OURS, "write", str(ready), str(folder / "m"), f"{MANY}"),
                folder / "m",
            ),
            Contestant(
                f"genanki, {MANY:,} decks",
                (BASELINES, "bare", str(ready), str(folder / "g"), f"{MANY}"),
                folder / "g",
            ),
        ]
    runs = contest(contestants, repeat)
    if importlib.util.find_spec("anki"):
        facts |= {f"anki {key}": value for key, value in _exported(folder / "write.apkg", folder).items()}
    return runs, facts


def shipped(folder: Path, repeat: int) -> tuple[dict[str, list[Run]], dict[str, float]]:
    """The deck that ships: from cold, again, and what a mere `--help` takes."""
    project, out = folder / "project", folder / "dist"

    def pristine() -> None:
        shutil.rmtree(project, ignore_errors=True)
        shutil.rmtree(out, ignore_errors=True)
        for name in ("cards", "templates"):
            shutil.copytree(ROOT / name, project / name)
        (project / "cards/deck.lock").unlink(missing_ok=True)

    pristine()
    deck = (project / "cards/deck.yaml").read_text("utf-8")
    id, edition = (
        next(line for line in deck.splitlines() if line.startswith(key)).split()[1]
        for key in ("deck:", "edition:")
    )
    package = out / f"{id}-{edition}.apkg"
    build = ("deckbuilder", "build", "--project", str(project), "--output", str(out))
    runs = contest(
        [Contestant("build", build, package, pristine), Contestant("build again", build, package)], repeat
    )
    runs["--help"] = [measure(("deckbuilder", "--help")) for _ in range(5)]
    sizes = _exported(package, folder) if importlib.util.find_spec("anki") else {}
    return runs, {f"anki {key}": value for key, value in sizes.items()}


def ratios(runs: dict[str, list[Run]], facts: dict[str, float]) -> str:
    """What the targets of the project are stated in."""
    whole = {name: min(each.cpu for each in found) for name, found in runs.items()}
    own = {name: min(each.own.get("own", 0.0) for each in found) for name, found in runs.items()}
    bare, naive, plain, late = (
        "bare genanki",
        "naive script",
        "plain sqlite3 + deflate",
        "the same, indexes last",
    )
    writing, many, bare_many = "package writing", f"writing {MANY:,} decks", f"genanki, {MANY:,} decks"
    found = {}
    if "build" in runs and bare in runs:
        found = {
            f"build / {bare}": whole["build"] / whole[bare],
            f"build / {bare} on its own clock": whole["build"] / own[bare],
            f"{naive} / {bare}": whole[naive] / whole[bare],
            f"build / {naive}": whole["build"] / whole[naive],
            f"build again after one edit / {bare}": whole["build again after one edit"] / whole[bare],
            f"{writing} / {plain}": own[writing] / own[plain],
            f"{writing} / {late}": own[writing] / own[late],
        }
    if many in runs:
        found[f"{many} / one deck"] = own[many] / own[writing]
        found[f"{bare_many} / one deck"] = own[bare_many] / own[bare]
    for layout in ("new", "legacy"):
        if f"anki {layout}" in facts:
            found[f"package size / Anki's own export, {layout} layout"] = (
                facts["anki ours"] / facts[f"anki {layout}"]
            )
    return "\n".join(
        ["| ratio | |", "|---|---:|", *(f"| {name} | {ratio:.2f} |" for name, ratio in found.items())]
    )


def table(runs: dict[str, list[Run]]) -> str:
    """The runs: best CPU, best wall, largest peak."""
    lines = [
        "| | CPU s | wall s | peak MB | file kB | own clock, CPU s | own growth, MB |",
        "|---" + "|---:" * 6 + "|",
    ]
    for name, found in runs.items():
        cells = [
            f"{min(each.cpu for each in found):.2f}",
            f"{min(each.wall for each in found):.2f}",
            f"{max(each.peak for each in found):.0f}",
            f"{found[0].size / 1000:,.0f}" if found[0].size else "",
            f"{min(each.own['own'] for each in found):.3f}" if "own" in found[0].own else "",
            f"{max(each.own['grown'] for each in found):.0f}" if "grown" in found[0].own else "",
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _exported(package: Path, folder: Path) -> dict[str, float]:
    return measure((OURS, "anki", str(package), str(folder / "anki"))).own


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.run", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 10_000], help="numbers of notes")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--many-decks", action="store_true", help=f"also write the notes into {MANY:,} decks")
    parser.add_argument("--shipped", action="store_true", help="also measure the deck that ships, and --help")
    parser.add_argument("--json", type=Path, help="leave every run in this file")
    options = parser.parse_args()
    kept: dict[str, object] = {}
    for notes in options.sizes:
        with tempfile.TemporaryDirectory(prefix="deckbuilder-bench-") as folder:
            runs, facts = at_size(notes, options.repeat, Path(folder), options.many_decks)
        print(
            f"### {notes:,} notes\n\n{_about(facts)}\n\n{table(runs)}\n\n{ratios(runs, facts)}\n", flush=True
        )
        kept[str(notes)] = {
            "facts": facts,
            "runs": {name: list(map(asdict, found)) for name, found in runs.items()},
        }
    if options.shipped:
        with tempfile.TemporaryDirectory(prefix="deckbuilder-bench-") as folder:
            runs, facts = shipped(Path(folder), options.repeat)
        print(f"### The shipped deck\n\n{table(runs)}\n\n{ratios(runs, facts)}\n", flush=True)
        kept["shipped"] = {
            "facts": facts,
            "runs": {name: list(map(asdict, found)) for name, found in runs.items()},
        }
    if options.json:
        options.json.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


def _about(facts: dict[str, float]) -> str:
    return (
        f"{facts['records']:,} records ({facts['source'] / 1e6:.1f} MB of YAML), {facts['notes']:,} notes, "
        f"{facts['cards']:,} cards, {facts['tags'] / facts['notes']:.1f} tags a note"
    )


if __name__ == "__main__":
    main()
