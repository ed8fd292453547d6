"""`make deck` is `python -m tasks deck`, on Linux, macOS and Windows alike; a verb each."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys

from tasks import constraints
from tasks.environment import ROOT, Environment, Failed, Kind

TEST = ("test", "figures", "plan")


def deck(*arguments: str) -> None:
    """the shipped deck, in dist/"""
    Environment().ready().run("-m", "deckbuilder", "build", *arguments)


def test(*arguments: str) -> None:
    """everything that must hold, in every Anki"""
    _tests("pinned", *arguments)


def test_newest(*arguments: str) -> None:
    """the same with the newest of all that is installed, whatever constraints/ says"""
    _tests("newest", *arguments)


def test_oldest(*arguments: str) -> None:
    """the same with the oldest dependencies that pyproject.toml admits"""
    _tests("oldest", *arguments)


def pictures(*arguments: str) -> None:
    """the README's pictures, of the cards as they are now"""
    _with_chromium(Environment().ready(*TEST)).run("tests/pictures.py", *arguments)


def torture(*arguments: str) -> None:
    """what takes too long for `make test`; less of it: make torture SIZES="--histories 10" """
    _complete(Environment().ready(*TEST)).run("tests/torture.py", *arguments)


def bench(*arguments: str) -> None:
    """the ratios that the README quotes; takes minutes"""
    sizes = ("--sizes", "1000", "10000", "--repeat", "3", "--many-decks", "--shipped")
    Environment().ready(*TEST).run("-m", "benchmarks.run", *sizes, *arguments)


def ankis() -> None:
    """the older Ankis that learners have, if they are not there yet"""
    _with_ankis(Environment().ready(*TEST))


def renew() -> None:
    """constraints/: the newest versions that go together, for every Python"""
    constraints.renew()


def clean() -> None:
    """away with all that was installed and made"""
    made = ("dist", "build", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache")
    for path in (*ROOT.glob(".venv*"), *(ROOT / name for name in made)):
        shutil.rmtree(path, ignore_errors=True)


VERBS = {
    "deck": deck,
    "test": test,
    "test-newest": test_newest,
    "test-oldest": test_oldest,
    "pictures": pictures,
    "torture": torture,
    "bench": bench,
    "ankis": ankis,
    "constraints": renew,
    "clean": clean,
}


def main(verb: str = "", *arguments: str) -> None:
    if verb not in VERBS:
        width = max(map(len, VERBS))
        sys.exit("\n".join(f"make {name:{width}}  {does.__doc__}" for name, does in VERBS.items()))
    # So that what was started ends as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        VERBS[verb](*arguments)
    except Failed as failed:
        sys.exit(failed.args[0])
    except KeyboardInterrupt:
        sys.exit(130)


def _tests(kind: Kind, *arguments: str) -> None:
    environment = _complete(Environment(kind).ready(*TEST))
    # One more than there are cores, since tests wait for processes and pages; who is through takes of what others have left.
    workers = min(os.cpu_count() or 2, 7) + 1
    environment.run("-m", "pytest", "-n", f"{workers}", "--dist", "worksteal", "--complete", *arguments)


def _complete(environment: Environment) -> Environment:
    return _with_ankis(_with_chromium(environment))


def _with_ankis(environment: Environment) -> Environment:
    """The older Ankis need older neighbors than the newest: their versions are written down apart."""
    pinned = constraints.file(environment.version, "ankis")
    if environment.kind == "newest":
        environment.run("tests/support/ankis.py", "--upgrade")
    else:
        environment.run("tests/support/ankis.py", *([str(pinned)] if pinned else []))
    return environment


def _with_chromium(environment: Environment) -> Environment:
    """With a Chromium that starts, which is installed where there is none."""
    found = environment.run("tests/support/chromium.py", stdout=subprocess.PIPE).strip()
    return environment.knowing(CHROMIUM=found)


if __name__ == "__main__":
    main(*sys.argv[1:])
