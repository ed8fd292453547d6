"""What `make test` takes a sample of is run in full by `make torture`, and a sample reaches from the first to the last."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torture
from support.asked import spread
from support.author import ROOT


@pytest.mark.parametrize(("count", "few", "places"), [(10, 3, [0, 4, 9]), (2, 5, [0, 1]), (5, 1, [0]), (0, 3, [])])
def test_a_sample_is_spread_evenly(count: int, few: int, places: list[int]) -> None:
    assert spread(count, few) == places


def test_nothing_that_is_sampled_is_left_out_where_all_is_asked_for() -> None:
    def collected(*options: str) -> set[str]:
        command = [
            sys.executable,
            "-m",
            "pytest",
            "--collect-only",
            "-q",
            "-m",
            "sampled",
            *options,
            "tests/project/test_histories.py",
        ]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        return {line for line in ran.stdout.splitlines() if "::" in line}

    some, every = collected(), collected("--in-full")

    assert some < every and len(some) == 4
    assert "samples" in torture.PARTS
