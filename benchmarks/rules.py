"""What the linter's rules cost, one by one, and how that grows: `python -m benchmarks.rules [--sizes 1000 10000]`.

On synthetic decks, and on the shipped one first. CPU of this process, the best of three, as shares of what reading and
validating the same records costs in the same run. A rule that grows faster than its deck stands out in the last column.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from benchmarks import synthetic
from deckbuilder import records, rules, source
from deckbuilder.anatomy.library import Library
from deckbuilder.core.project import Project, find
from deckbuilder.workspace.collector import without_collector

ROOT = Path(__file__).parents[1]
TODAY = date(2026, 11, 22)
SHOWN = 10


TOGETHER = "all rules together"


def cpu(work: Callable[[], object], times: int = 3) -> float:
    """Seconds of this process for one call, the best of some."""
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def read(project: Project) -> list[records.Record]:
    """The project's records, from its files."""
    documents, unreadable = source.read(project.sources(), project.root)
    found, malformed = records.parse(documents)
    assert not unreadable + malformed
    return found


def measure(project: Project) -> tuple[int, float, float, dict[str, float]]:
    """How many records, seconds to read them, seconds for all rules together, and seconds by rule alone."""
    with without_collector():
        found = read(project)
        reading = cpu(lambda: read(project), 1)

        def lint() -> None:
            library = Library(found)
            rules.guard(library, rules.Lost())
            rules.lint(library, whole=True, today=TODAY)

        together = cpu(lint)
        alone: dict[str, float] = {}
        for rule in rules.RULES.values():
            alone[rule.name] = cpu(partial(_ask, rule, found), 1)
    return len(found), reading, together, alone


def _ask(rule: rules.Rule, found: list[records.Record]) -> None:
    for _ in rule.check(rules.seen(Library(found), today=TODAY)):
        pass


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rules")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000], help="notes of the synthetic decks")
    sizes = parser.parse_args().sizes
    print("| deck | records | read and validate, CPU s | all rules, CPU s | rules / reading |")
    print("|---|---:|---:|---:|---:|")
    rows = []
    with tempfile.TemporaryDirectory(prefix="deckbuilder-bench-") as folder:
        for size in (0, *sizes):
            project = find(ROOT)
            if size:
                synthetic.write(Path(folder, str(size)), size)
                project = find(Path(folder, str(size)))
            number, reading, together, alone = measure(project)
            rows.append((number, alone | {TOGETHER: together}))
            name = f"{size:,} notes" if size else "shipped"
            print(f"| {name} | {number:,} | {reading:.2f} | {together:.2f} | {together / reading:.2f} |")
    (few, before), (many, after) = rows[1], rows[-1]
    print(
        f"\n| rule, alone | {few:,} records, ms | {many:,} records, ms | growth / growth of the deck |\n|---|---:|---:|---:|"
    )
    for name, seconds in sorted(after.items(), key=lambda each: -each[1])[:SHOWN]:
        growth = seconds / before[name] / (many / few) if before[name] else 0.0
        print(f"| {name} | {1000 * before[name]:.0f} | {1000 * seconds:.0f} | {growth:.1f} |")


if __name__ == "__main__":
    main()
