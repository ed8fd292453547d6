"""A few thousand of the inputs that `python -m tests.fuzz` tries by the million, and the engine that tries them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.author import ROOT

if sys.platform == "win32":
    pytest.skip("memory is limited by POSIX means", allow_module_level=True)

import fuzz
from support.borders import BORDERS, Border


@pytest.mark.parametrize(("target", "inputs"), [("yaml", 500), ("lock", 600), ("prose", 1_000), ("package", 300)])
def test_no_input_gets_more_than_a_refusal(target: str, inputs: int) -> None:
    figures = fuzz.run_target(target, inputs, seed=20_261_122)

    assert [str(each) for each in figures.findings] == []
    assert figures.inputs == inputs
    assert figures.passed > inputs / 10  # where all die at the gate, nothing behind it is tried


@pytest.mark.parametrize("target", BORDERS)
def test_an_input_can_be_had_again_by_its_number(target: str) -> None:
    once, again, other = (fuzz.inputs_of(BORDERS[target], 7, number) for number in (5, 5, 6))

    assert once == again
    assert once != other


LARGE = {
    "blank lines before an anchor": b"\n" * 200_000 + b"a: &b c\n",
    "a word": b"x" * 200_000,
    "a word as a kind": b"x" * 200_000 + b": 1",
    "a word in what is no YAML": b"bone: x\n " + b"x" * 100_000 + b"\n[",
    "words in what is no YAML": b"bone: x\n " + b"x-" * 100_000 + b"\n[",
    "blanks before a word in what is no YAML": b"[\n- " + b" " * 50_000 + b"x" * 50_000 + b"\n",
    "hexadecimal digits": b"muscle: x\nname: 0x" + b"f" * 50_000,
    "unknown keys": b"muscle: x\n" + b"".join(b"k%d: 1\n" % n for n in range(40_000)),
    "unknown names": b"muscle: x\nname: X\nregion: arm\nsources: x\norigin: {%s}"
    % b", ".join(b"k%d: a" % n for n in range(40_000)),
    "items that are no records": b"- x\n" * 40_000,
    "ids that are nearly one": b"- group: %s\n  name: X\n  region: arm\n  sources: %sx\n- source: %sxx\n  title: x\n"
    % ((b"x" * 60_000,) * 3),
}


@pytest.mark.sampled(6)
@pytest.mark.parametrize("name", LARGE)
def test_a_large_file_takes_no_longer_than_its_length_does(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "SLOW", 9.0)  # with the square of their lengths, these would take minutes
    made = iter([b"term: x\n", LARGE[name]])

    figures = fuzz.feed(Border("large", lambda random: next(made), BORDERS["yaml"].cross), 1, range(1))

    assert [each.what for each in figures.findings] == []


def test_whatever_is_more_than_a_refusal_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def cross(data: bytes, folder: Path) -> bool:
        made = len(list(folder.iterdir()))
        (folder / str(made)).touch()
        if made == 3:
            raise KeyError("a bug")
        if made == 5:
            sum(range(10**7))
        if made == 7:
            (folder.parent / "stray").write_text("x")
            (folder.parent / "stray").unlink()
        return True

    monkeypatch.setattr(fuzz, "SLOW", 0.05)

    figures = fuzz.feed(Border("bad", lambda random: b"", cross), 1, range(10))

    assert [(each.number, each.what.split()[0]) for each in figures.findings] == [
        (1, "KeyError:"),
        (3, "took"),
        (5, "AssertionError:"),
    ]
    assert (figures.inputs, figures.passed) == (10, 8)


def test_an_input_that_eats_memory_or_kills_the_process_is_found_and_the_others_are_tried() -> None:
    program = """if True:
        import os, sys
        sys.path.insert(0, "tests")
        import fuzz
        def cross(data, folder):
            if data == fuzz.inputs_of(bad, 1, 2):
                bytearray(8 << 30)
            if data == fuzz.inputs_of(bad, 1, 4):
                os.abort()
            return True
        bad = fuzz.BORDERS["yaml"] = fuzz.Border("yaml", lambda random: str(random.random()).encode(), cross)
        fuzz.main()
    """

    figures = fuzz.run_target("yaml", 7, 1, ["-c", program])

    assert [(each.number, each.what.split()[0]) for each in figures.findings] == [(2, "MemoryError:"), (4, "the")]
    assert figures.inputs == 7


def test_the_program_shows_figures_and_repeats_an_input() -> None:
    def shown(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "tests.fuzz", "--target", "prose", "--seed", "5", *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=True)

    assert b"prose: 20 inputs" in shown("--inputs", "20").stdout
    assert shown("--only", "3").stdout == fuzz.inputs_of(BORDERS["prose"], 5, 3) + b"\n"


def test_bytes_can_stand_in_for_chance() -> None:
    make = BORDERS["yaml"].make
    once, again, other = (make(fuzz.Choices(piece * 90)) for piece in (b"\x07\x40", b"\x07\x40", b"\x91\x02"))

    assert once == again
    assert once != other
