"""The promises once more, in each older Anki that learners have.

What each Anki is known to do otherwise, and the promises of the README, are asked of every one. Of the rest each older Anki
gets another eighth, without the long histories; `make torture` asks all of each, and lives through histories in each.
"""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from support import ankis
from support.asked import lacking
from support.author import ROOT

ASKED = (
    "anki/test_versions.py",
    "project/test_promises.py",
    "project/test_histories.py",
    "project/test_updating.py",
    "package/test_safe_update.py",
    "anki/test_anki_rules.py",
    "project/test_shipped.py",
    "render/test_occlusion.py",
    "anki/test_two_decks.py",
    "render/test_formulas.py::test_every_formula_reaches_the_learner_as_it_was_typed",
    "package/test_package_media.py",
)
WHOLE = ("test_versions.py", "test_promises.py")
# Of what needs no Anki and takes its time, and of what is about the tests themselves, once is enough.
LEFT_OUT = "not hash_seed and not notices and not storm and not whatever_the_index_holds and not fault_is_located"
LONG = " and not twenty_editions"


@pytest.mark.sampled
@pytest.mark.parametrize("version", ankis.OLDER)
def test_the_promises_hold_in_anki(version: str, request: pytest.FixtureRequest) -> None:
    if not ankis.installed(version):
        lacking(request, f"Anki {version} is not installed here: make ankis")
    tests = [str(ROOT / "tests" / name) for name in ASKED]
    in_full = request.config.getoption("--in-full")
    left_out = LEFT_OUT if in_full else LEFT_OUT + LONG
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--tb=short", "-k", left_out, *tests]
    if not in_full:
        command += [
            f"--share={ankis.OLDER.index(version)}/{2 * len(ankis.OLDER)}",
            *(f"--whole={name}" for name in WHOLE),
        ]

    ran = subprocess.run(command, cwd=ROOT, env=ankis.surroundings(version), capture_output=True, text=True)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"Anki {version}\n" in ran.stdout
    skipped = re.findall(r"^SKIPPED \[\d+\] \S+ (.*)", ran.stdout, re.MULTILINE)
    assert all(why.startswith("Anki before ") for why in skipped), skipped
