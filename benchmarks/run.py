"""Every contestant on the same notes, in turn, each in a fresh process; the tables of the README as Markdown.

`python -m benchmarks.run [--sizes 1000 10000] [--repeat 3] [--many-decks] [--shipped] [--json FILE]`

CPU is user + system of the child as the kernel counts it, the best of the repeats: other work on the machine
moves it far less than the clock. Peak memory is the kernel's too, and the largest of the repeats.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
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
BUILD, AGAIN = "build", "build again after one edit"
CHECK, CHECK_AGAIN, HASHED = "check", "check again after one edit", "the same files read and hashed"
BARE, NAIVE = "bare genanki", "naive script"
WRITING, PLAIN, LATE = "package writing", "plain sqlite3 + deflate", "the same, indexes last"
WRITING_MANY, BARE_MANY = f"package writing, {MANY:,} decks", f"bare genanki, {MANY:,} decks"

Runs = dict[str, list["Run"]]
Facts = dict[str, float]


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
    """A command, the file that it writes, if any, and what is done before it, off the clock.

    `cache`: where programs keep what the next run may use; the user's own if none is given.
    """

    name: str
    command: tuple[str, ...]
    output: Path | None = None
    before: Callable[[], object] = lambda: None
    cache: Path | None = None

    def run(self) -> Run:
        """One run in a fresh process."""
        self.before()
        if self.output:
            self.output.unlink(missing_ok=True)
        return measure(self.command, self.output, self.cache)


def measure(module: Sequence[str], output: Path | None = None, cache: Path | None = None) -> Run:
    """Run a Python module in a fresh process. What fails ends the benchmark with what it said."""
    command = [sys.executable, "-m", *module]
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)} if cache else None
    with tempfile.TemporaryFile("w+") as said:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=subprocess.STDOUT)
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


def contest(contestants: Iterable[Contestant], repeat: int) -> Runs:
    """Every contestant's runs, in turn, so that a busy minute on the machine meets all of them."""
    found: Runs = {}
    for turn in range(1, repeat + 1):
        for each in contestants:
            run = each.run()
            found.setdefault(each.name, []).append(run)
            print(f"  {turn}/{repeat} {each.name}: {run.cpu:.2f} s", file=sys.stderr, flush=True)
    return found


def at_size(notes: int, repeat: int, folder: Path, many_decks: bool) -> tuple[Runs, Facts]:
    """The runs of all contestants on a synthetic deck of so many notes, and facts about the deck."""
    written, project, ready = (folder / name for name in ("written", "project", "ready"))
    out, cache = folder / "dist", folder / "cache"
    synthetic.write(written, notes)
    ready.mkdir()
    facts = measure((OURS, "dump", str(written), str(ready))).own
    facts["source"] = sum(path.stat().st_size for path in written.rglob("*.yaml"))

    def pristine() -> None:
        """The sources and nothing else: no lock, no cache."""
        for each in (project, out, cache):
            shutil.rmtree(each, ignore_errors=True)
        shutil.copytree(written, project)

    def edit() -> None:
        synthetic.edit(project, f"Reworded at {time.time_ns()}")

    def script(name: str, module: str, verb: str, source: Path, *more: str) -> Contestant:
        target = folder / f"{name}.apkg"
        return Contestant(name, (module, verb, str(source), str(target), *more), target)

    build = ("deckbuilder", "build", "--project", str(project), "--output", str(out))
    check = ("deckbuilder", "check", "--project", str(project))
    contestants = [
        Contestant(BUILD, build, out / "synthetic-2026-11.apkg", pristine, cache),
        Contestant(AGAIN, build, out / "synthetic-2026-11.apkg", edit, cache),
        Contestant(CHECK_AGAIN, check, None, edit, cache),
        Contestant(CHECK, (*check, "--no-cache")),
        Contestant(HASHED, (OURS, "hashed", str(project))),
        script(BARE, BASELINES, "bare", ready),
        script(NAIVE, BASELINES, "naive", written),
        script(WRITING, OURS, "write", ready),
        script(PLAIN, BASELINES, "plain", ready),
        script(LATE, BASELINES, "plain", ready, "late"),
    ]
    if many_decks:
        contestants.append(script(WRITING_MANY, OURS, "write", ready, str(MANY)))
        contestants.append(script(BARE_MANY, BASELINES, "bare", ready, str(MANY)))
    runs = contest(contestants, repeat)
    return runs, facts | exported(folder / f"{WRITING}.apkg", folder)


def shipped(folder: Path, repeat: int) -> tuple[Runs, Facts]:
    """The deck that ships: from cold, again, and what a mere `--help` takes."""
    project, out, cache = folder / "project", folder / "dist", folder / "cache"
    said = (ROOT / "cards/deck.yaml").read_text("utf-8")
    id, edition = (re.findall(rf"^{key}: *(\S+)", said, re.MULTILINE)[0] for key in ("deck", "edition"))
    package = out / f"{id}-{edition}.apkg"

    def pristine() -> None:
        # Without templates: those that ship, which no project has to be kept from.
        shutil.rmtree(project / "cards", ignore_errors=True)
        shutil.copytree(ROOT / "cards", project / "cards")
        shutil.rmtree(cache, ignore_errors=True)
        (project / "cards/deck.lock").unlink(missing_ok=True)

    build = ("deckbuilder", "build", "--project", str(project), "--output", str(out))

    def edit() -> None:
        paths = sorted((project / "cards/muscles").rglob("*.yaml"))
        path = next(each for each in paths if "\nwhy: " in each.read_text("utf-8"))
        path.write_text(
            re.sub(r"(?m)^(why: \w.*)$", rf"\1 {time.time_ns()}", path.read_text("utf-8"), count=1), "utf-8"
        )

    cold = Contestant(BUILD, build, package, pristine, cache)
    again = [Contestant("build again", build, package, cache=cache), Contestant(AGAIN, build, package, edit, cache)]
    runs = contest([cold, *again], repeat)
    runs["--help"] = [measure(("deckbuilder", "--help")) for _ in range(5)]
    return runs, exported(package, folder)


def exported(package: Path, folder: Path) -> Facts:
    """What Anki itself exports for the same notes; nothing where it is not installed."""
    if importlib.util.find_spec("anki") is None:
        return {}
    sizes = measure((OURS, "anki", str(package), str(folder / "anki"))).own
    return {f"anki {key}": value for key, value in sizes.items()}


def ratios(runs: Runs, facts: Facts) -> str:
    """What the targets of the project are stated in."""
    whole = {name: min(each.cpu for each in found) for name, found in runs.items()}
    own = {name: min(each.own.get("own", 0.0) for each in found) for name, found in runs.items()}
    found = {}
    if BARE in runs:
        found = {
            f"{BUILD} / {BARE}": whole[BUILD] / whole[BARE],
            f"{BUILD} / {BARE} on its own clock": whole[BUILD] / own[BARE],
            f"{NAIVE} / {BARE}": whole[NAIVE] / whole[BARE],
            f"{BUILD} / {NAIVE}": whole[BUILD] / whole[NAIVE],
            f"{AGAIN} / {BARE}": whole[AGAIN] / whole[BARE],
            f"{CHECK} / {BARE}": whole[CHECK] / whole[BARE],
            f"{CHECK_AGAIN} / {HASHED}": whole[CHECK_AGAIN] / whole[HASHED],
            f"{WRITING} / {PLAIN}": own[WRITING] / own[PLAIN],
            f"{WRITING} / {LATE}": own[WRITING] / own[LATE],
        }
    if BARE_MANY in runs:
        found[f"{WRITING_MANY} / one deck"] = own[WRITING_MANY] / own[WRITING]
        found[f"{BARE_MANY} / one deck"] = own[BARE_MANY] / own[BARE]
    for layout in ("new", "legacy"):
        if f"anki {layout}" in facts:
            size = facts["anki ours"] / facts[f"anki {layout}"]
            found[f"package size / Anki's own export, {layout} layout"] = size
    rows = (f"| {name} | {ratio:.2f} |" for name, ratio in found.items())
    return "\n".join(["| ratio | |", "|---|---:|", *rows])


def table(runs: Runs) -> str:
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
    kept = {}
    for notes in options.sizes:
        with tempfile.TemporaryDirectory(prefix="deckbuilder-bench-") as folder:
            runs, facts = at_size(notes, options.repeat, Path(folder), options.many_decks)
        print(f"### {notes:,} notes\n\n{_about(facts)}\n", flush=True)
        kept[str(notes)] = _shown(runs, facts)
    if options.shipped:
        with tempfile.TemporaryDirectory(prefix="deckbuilder-bench-") as folder:
            runs, facts = shipped(Path(folder), options.repeat)
        print("### The shipped deck\n", flush=True)
        kept["shipped"] = _shown(runs, facts)
    if options.json:
        options.json.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


def _shown(runs: Runs, facts: Facts) -> dict[str, object]:
    print(f"{table(runs)}\n\n{ratios(runs, facts)}\n", flush=True)
    return {"facts": facts, "runs": {name: list(map(asdict, found)) for name, found in runs.items()}}


def _about(facts: dict[str, float]) -> str:
    return (
        f"{facts['records']:,} records ({facts['source'] / 1e6:.1f} MB of YAML), {facts['notes']:,} notes, "
        f"{facts['cards']:,} cards, {facts['tags'] / facts['notes']:.1f} tags a note"
    )


if __name__ == "__main__":
    main()
