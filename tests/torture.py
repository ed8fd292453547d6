"""Storms that take too long for `make test`: one line of figures a part, and exit code 1 if anything was lost.

python tests/torture.py --histories 20 --anki 24.11 newest
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import fuzz
from support import ankis, author, branches, histories, interrupted

NEWEST = "newest"
HERE = Path(__file__).parent
BATCH = 5  # histories, at most, that one process publishes before it lets learners live through them


def live_through_histories(sizes: argparse.Namespace) -> tuple[str, list[str]]:
    """Random histories of editions, and several learners in each Anki who live through them."""
    seeds = range(sizes.first, sizes.first + sizes.histories)
    size = max(1, min(BATCH, len(seeds) // sizes.processes))
    batches = [(seeds[at : at + size], sizes) for at in range(0, len(seeds), size)]
    total, losses = Counter[str](), list[str]()
    with ProcessPoolExecutor(sizes.processes) as pool:
        for counts, lost in pool.map(_batch, batches):
            total += counts
            losses += lost
    figures = (
        f"{sizes.histories} of {sizes.editions} editions, {total['lives']} learners in Anki {', '.join(sizes.anki)}, "
        f"{total['imports']} imports, {total['new']} notes added, {total['updated']} updated, {total['hidden']} hidden "
        f"by late imports, {len(losses)} losses"
    )
    return figures, losses


def _batch(batch: tuple[range, argparse.Namespace]) -> tuple[Counter[str], list[str]]:
    """What authors and learners in each Anki report of these histories: counts, and losses."""
    seeds, sizes = batch
    total, losses = Counter[str](), list[str]()
    with TemporaryDirectory() as folder:
        with author.templates_stay_compiled():
            for seed in seeds:
                losses += _publishes(Path(folder), seed, sizes.editions)
        for version in sizes.anki:
            counts, lost = _learners(version, folder, sizes.learners)
            total += counts
            losses += lost
    return total, losses


def _publishes(folder: Path, seed: int, editions: int) -> list[str]:
    try:
        histories.make(folder, seed, editions=editions)
    except AssertionError as loss:
        return [str(loss)]
    return []


def _learners(version: str, folder: str, count: int) -> tuple[Counter[str], list[str]]:
    surroundings = os.environ if version == NEWEST else ankis.surroundings(version)
    command = [sys.executable, "-m", "support.learner", folder, str(count)]
    ran = subprocess.run(command, cwd=HERE, env=surroundings, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    counts, losses = json.loads(ran.stdout.splitlines()[-1])
    return Counter(counts), losses


def interrupt(sizes: argparse.Namespace) -> tuple[str, list[str]]:
    """Builds and releases, killed at random moments."""
    return interrupted.run(sizes.kills, sizes.first)


def feed(sizes: argparse.Namespace) -> tuple[str, list[str]]:
    """Bad input at every border: cards, lock, text, packages."""
    share = math.ceil(sizes.inputs / sizes.processes)
    total = fuzz.Figures()
    with ThreadPoolExecutor(sizes.processes) as pool:
        for each in pool.map(lambda turn: fuzz.run(share, sizes.first + turn), range(sizes.processes)):
            total.add(each)
    figures = (
        f"{total.inputs:,} inputs, {total.passed:,} of them let through, the slowest took {total.slowest:.2f} s, "
        f"{len(total.findings)} losses"
    )
    return figures, [f"{finding}\n{finding.trace}" for finding in total.findings]


def sample(sizes: argparse.Namespace) -> tuple[str, list[str]]:
    """What `make test` takes a sample of, in full."""
    command = [sys.executable, "-m", "pytest", "-n", str(sizes.processes), "--complete", "--in-full", "-m", "sampled"]
    ran = subprocess.run(command, cwd=author.ROOT, capture_output=True, text=True)
    figures = ran.stdout.strip().splitlines()[-1].strip("= ") if ran.stdout.strip() else "nothing ran"
    return figures, [] if ran.returncode == 0 else [ran.stdout + ran.stderr]


# A part gives its figures and what was lost.
PARTS: dict[str, Callable[[argparse.Namespace], tuple[str, list[str]]]] = {
    "histories": live_through_histories,
    "interruptions": interrupt,
    "merges": lambda sizes: branches.run_merges(sizes.merges, sizes.first),
    "inputs": feed,
    "samples": sample,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--histories", type=int, default=100)
    parser.add_argument("--editions", type=int, default=20)
    parser.add_argument("--learners", type=int, default=4, help="of each history, in each Anki")
    parser.add_argument("--kills", type=int, default=100, help="of a build, and as many of a release")
    parser.add_argument("--merges", type=int, default=30, help="decks that are branched and merged, three times each")
    parser.add_argument("--inputs", type=int, default=1_000_000, help="shared by all borders")
    parser.add_argument(
        "--first",
        type=int,
        default=1,
        help="the seed of the first history, of the kills, of the merges and of the inputs",
    )
    parser.add_argument("--anki", nargs="+", choices=[*ankis.OLDER, NEWEST], default=[*ankis.OLDER, NEWEST])
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    sizes = parser.parse_args()
    lost = 0
    for part in sizes.part:
        start = time.monotonic()
        figures, losses = PARTS[part](sizes)
        print(f"{part}: {figures}; {time.monotonic() - start:.0f} s", *losses, sep="\n\n", flush=True)
        lost += len(losses)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
