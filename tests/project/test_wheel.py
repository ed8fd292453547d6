"""What `pipx install` gives: the shipped deck, outside any checkout."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
from support.author import ROOT


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Wheel and sdist, the wheel made from the sdist as pip would."""
    out = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return out


def test_wheel_and_sdist_carry_every_card_template_and_the_learners_page(built: Path) -> None:
    (wheel,), (sdist,) = built.glob("*.whl"), built.glob("*.tar.gz")
    wanted = {
        path.relative_to(ROOT).as_posix()
        for folder in ("cards", "templates")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.name != ".building"
    }

    with zipfile.ZipFile(wheel) as archive:
        in_wheel = {name.removeprefix("deckbuilder/shipped/") for name in archive.namelist()}
    with tarfile.open(sdist) as source:
        in_sdist = {name.split("/", 1)[1] for name in source.getnames() if "/" in name}

    wanted.add("docs/updating.md")  # goes out with every release
    assert wanted <= in_wheel
    assert wanted <= in_sdist


def test_installed_in_a_clean_environment_it_builds_the_same_deck(
    built: Path, tmp_path: Path, shipped_package: Path
) -> None:
    venv.create(tmp_path / "env")  # the pip that is here installs there
    binaries = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")
    (wheel,) = built.glob("*.whl")
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    installed = subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(tmp_path / "env"), "install", "--quiet", "--no-compile", str(wheel)],
        env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert installed.returncode == 0, installed.stderr[-3000:]
    outside = tmp_path / "elsewhere"
    outside.mkdir()

    done = subprocess.run(
        [str(binaries / "deckbuilder"), "build"], cwd=outside, env=env, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    (package,) = (outside / "dist").glob("*.apkg")
    checksums = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (package, shipped_package)]
    assert checksums[0] == checksums[1]
    assert checksums[0] in done.stdout
