"""Bad input by the million at every border of `borders`: `python -m tests.fuzz --inputs N --seed S [--target yaml]`.

Input number N of a seed is always the same, so that `--only N` repeats it. Each border is fed in a process of its own with
little memory; where that dies, the input that it died of is a finding too. With `--engine atheris` (its wheel installed)
the code that an input reaches decides what is tried next.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from support.borders import BORDERS, Border  # a sibling, also where this is `tests.fuzz`

from deckbuilder.render import compiled

ROOT = Path(__file__).parents[1]
MEMORY = 2 << 30
SLOW = 2.0  # seconds of the processor for one input
STUCK = 20  # seconds on the clock
MAX_FINDINGS = 20
# Of all inputs; by what a border may cost and how much there is behind it.
SHARES = {"yaml": 0.4, "lock": 0.2, "prose": 0.2, "package": 0.2}


class Stuck(BaseException):
    """No error that anybody would catch."""


@dataclass(frozen=True)
class Finding:
    target: str
    seed: int
    number: int
    what: str
    trace: str = ""

    def __str__(self) -> str:
        again = f"python -m tests.fuzz --target {self.target} --seed {self.seed} --only {self.number}"
        return f"{self.target}: {self.what}\n    {again}"


@dataclass
class Figures:
    """What came of a run; `passed`: inputs that were let through, so that it is known how deep they went."""

    inputs: int = 0
    passed: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    findings: list[Finding] = field(default_factory=list)

    def add(self, other: Figures) -> None:
        self.inputs += other.inputs
        self.passed += other.passed
        self.seconds += other.seconds
        self.slowest = max(self.slowest, other.slowest)
        self.findings += other.findings

    def __str__(self) -> str:
        rate = self.inputs / self.seconds if self.seconds else 0
        return (
            f"{self.inputs:,} inputs in {self.seconds:,.0f} s ({rate:,.0f} a second), {self.passed:,} let through, "
            f"the slowest {self.slowest:.2f} s, {len(self.findings)} findings"
        )


def run(inputs: int, seed: int) -> Figures:
    """So many inputs, shared between all borders."""
    total = Figures()
    for target, share in SHARES.items():
        total.add(run_target(target, math.ceil(inputs * share), seed))
    return total


def run_target(target: str, inputs: int, seed: int, program: Sequence[str] = ("-m", "tests.fuzz")) -> Figures:
    """So many inputs at one border, in processes of their own: as often as one dies, the next goes on behind it."""
    total, start = Figures(), 0
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=_memory()) as folder:
        told = Path(folder, "told")
        while start < inputs and len(total.findings) < MAX_FINDINGS:
            told.write_bytes(b"")
            command = [sys.executable, *program, "--target", target, "--seed", str(seed)]
            command += ["--inputs", str(inputs), "--from", str(start), "--tell", str(told)]
            done = subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": path}, check=False)
            number, _, said = told.read_text().partition("\n")
            if not said:
                raise RuntimeError(f"no input of {target} was tried: exit code {done.returncode}")
            figures = json.loads(said)
            figures["findings"] = [Finding(**each) for each in figures["findings"]]
            total.add(Figures(**figures))
            if done.returncode == 0:
                break
            total.inputs += int(number) + 1 - start - figures["inputs"]
            total.findings.append(Finding(target, seed, int(number), f"the process died ({done.returncode})"))
            start = int(number) + 1
    return total


def inputs_of(border: Border, seed: int, number: int) -> bytes:
    return border.make(Random(f"{border.name} {seed} {number}"))


def feed(border: Border, seed: int, numbers: range, tell: Path | None = None) -> Figures:
    """These inputs in this process. `tell`: a file that holds the number at hand, and figures at each finding and the end."""
    figures = Figures()
    with ground(tell.parent if tell else None) as folder, open(tell or os.devnull, "r+b", buffering=0) as told:  # noqa: PTH123
        border.cross(border.make(Random(0)), folder)  # what is made once is nobody's time
        gc.freeze()
        gc.set_threshold(20_000)
        start = time.perf_counter()

        def keep() -> None:
            figures.seconds = time.perf_counter() - start
            told.seek(12)
            told.write(b"\n" + json.dumps(asdict(figures)).encode())

        keep()
        for number in numbers:
            told.seek(0)
            told.write(b"%012d" % number)
            data = inputs_of(border, seed, number)
            before = time.process_time()
            what, trace = "", ""
            try:
                figures.passed += crossed(border, data, folder)
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                what, trace = f"{type(error).__name__}: {str(error)[:300]}", traceback.format_exc()
            taken = time.process_time() - before
            figures.inputs += 1
            figures.slowest = max(figures.slowest, taken)
            if taken > SLOW and not what:
                what = f"took {taken:.1f} s"
            if what:
                figures.findings.append(Finding(border.name, seed, number, what, trace[-3_000:]))
                keep()
                if len(figures.findings) >= MAX_FINDINGS:
                    break
        keep()
    return figures


def crossed(border: Border, data: bytes, folder: Path) -> bool:
    """One input at its border; whatever is written elsewhere, or never ends, raises."""
    _touched.clear()
    signal.setitimer(signal.ITIMER_REAL, STUCK)
    try:
        passed = border.cross(data, folder)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    if _touched:
        raise AssertionError(f"touched {_touched[:3]}")
    return passed


_touched: list[str] = []
_compiled = str(compiled._folder()) + os.sep
_allowed = ""
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = {
    f"os.{each}" for each in ("rename", "link", "symlink", "truncate", "chmod", "system", "exec", "fork", "putenv")
}
_CHANGES |= {"subprocess.Popen", "socket.connect", "sqlite3.load_extension", "sqlite3.enable_load_extension", "exec"}


def _watch(event: str, details: tuple[Any, ...]) -> None:
    if not _allowed or (event != "open" and event not in _CHANGES) or event == "exec":
        return
    if event == "open" and (not details[2] & _WRITES or str(details[0]).startswith(_allowed)):
        return
    if event == "os.chmod" and str(details[0]).isdigit():  # an open file, by its number
        details = (os.path.realpath(f"/proc/self/fd/{details[0]}"),)
        if details[0].startswith(_allowed):
            return
    paths = [os.path.realpath(each) for each in details if isinstance(each, str) and os.sep in each]
    if paths and all(each.startswith(_compiled) for each in paths):
        return  # a template that is used for the first time
    _touched.append(f"{event} {details!r}"[:200])


@contextmanager
def ground(within: Path | None = None) -> Iterator[Path]:
    """A folder in memory for inputs; it is the only place where anything may be written."""
    global _allowed
    folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir=within or _memory()))
    (folder / "temporary").mkdir()
    before, tempfile.tempdir = tempfile.tempdir, str(folder / "temporary")
    handler = signal.signal(signal.SIGALRM, _stuck)
    if not hasattr(_watch, "added"):
        sys.addaudithook(_watch)
        _watch.added = True  # type: ignore[attr-defined]
    _allowed = str(folder)
    try:
        yield folder
    finally:
        _allowed = ""
        signal.signal(signal.SIGALRM, handler)
        tempfile.tempdir = before
        shutil.rmtree(folder)


def _memory() -> Path | None:
    memory = Path("/dev/shm")
    return memory if memory.is_dir() else None


def _stuck(number: int, frame: object) -> None:
    raise Stuck(f"not done after {STUCK} s")


class Choices(Random):
    """Bytes of somebody else's choosing in place of chance."""

    def __init__(self, data: bytes) -> None:
        super().__init__(0)
        self._data, self._at = data, 0

    def getrandbits(self, k: int, /) -> int:
        size = (k + 7) // 8
        piece = self._data[self._at : self._at + size]
        self._at += size
        return int.from_bytes(piece, "little") & ((1 << k) - 1)

    def random(self) -> float:
        return self.getrandbits(32) / (1 << 32)


def guided(target: str, seed: int, inputs: int) -> int:
    """Inputs that atheris chooses by the code they reach. It stops at the first finding, and says how to repeat it."""
    import atheris

    for name in [name for name in sys.modules if name.split(".")[0] in ("deckbuilder", "support")]:
        del sys.modules[name]
    with atheris.instrument_imports(include=["deckbuilder"]):
        from support import borders
    border = borders.BORDERS[target]
    kept = tempfile.gettempdir()
    with ground() as folder:
        (folder / "corpus").mkdir()
        for number in range(100):
            (folder / "corpus" / str(number)).write_bytes(Random(f"{seed} {number}").randbytes(600))

        def one(data: bytes) -> None:
            crossed(border, border.make(Choices(data)), folder)

        child = os.fork()  # since it ends the process, and the folder would stay
        if child == 0:
            limits = ["-max_len=2000", "-len_control=0", f"-timeout={STUCK}", f"-rss_limit_mb={MEMORY >> 20}"]
            where = [f"-artifact_prefix={kept}/fuzz-{target}-", str(folder / "corpus")]
            atheris.Setup([sys.argv[0], f"-runs={inputs}", f"-seed={seed}", *limits, *where], one)
            atheris.Fuzz()
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", choices=BORDERS, help="one border; all of them without it")
    parser.add_argument("--only", type=int, metavar="N", help="input number N alone, with its traceback, if it has one")
    parser.add_argument("--engine", choices=("numbers", "atheris"), default="numbers")
    parser.add_argument("--file", type=Path, help="what atheris kept of a finding, alone, with its traceback")
    parser.add_argument("--from", type=int, default=0, dest="start", help=argparse.SUPPRESS)
    parser.add_argument("--tell", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.tell or asked.only is not None or asked.file:
        border = BORDERS[asked.target or "yaml"]
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        if asked.tell:
            feed(border, asked.seed, range(asked.start, asked.inputs), asked.tell)
            return
        data = (
            border.make(Choices(asked.file.read_bytes())) if asked.file else inputs_of(border, asked.seed, asked.only)
        )
        sys.stdout.buffer.write(data + b"\n")
        sys.stdout.flush()
        with ground() as folder:
            crossed(border, data, folder)
        return
    if asked.engine == "atheris":
        sys.exit(guided(asked.target or "yaml", asked.seed, asked.inputs))
    total = Figures()
    for target in [asked.target] if asked.target else BORDERS:
        inputs = asked.inputs if asked.target else math.ceil(asked.inputs * SHARES[target])
        figures = run_target(target, inputs, asked.seed)
        print(f"{target}: {figures}", flush=True)
        total.add(figures)
    for finding in total.findings:
        print(f"\n{finding}\n{finding.trace}")
    if not asked.target:
        print(f"all: {total}")
    sys.exit(1 if total.findings else 0)


if __name__ == "__main__":
    main()
