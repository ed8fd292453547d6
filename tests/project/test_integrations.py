"""What other repositories use of this one: hooks for pre-commit, an action for GitHub, styles for Vale."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.author import ROOT, Author

from deckbuilder.records import NOTE_KINDS

pytestmark = pytest.mark.linted

BIN = Path(sys.executable).parent
DOCS = (ROOT / "docs" / "editors.md").read_text("utf-8")


def tool(name: str) -> str:
    found = BIN / name
    return str(found) if found.exists() else shutil.which(name) or name


def git(*arguments: str, cwd: Path) -> str:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *who, *arguments], cwd=cwd, capture_output=True, text=True, check=True).stdout


def example(name: str) -> str:
    """The YAML in docs/editors.md that holds these words."""
    blocks: list[str] = re.findall(r"^```yaml\n(.*?)^```", DOCS, re.M | re.S)
    return next(block for block in blocks if name in block)


# pre-commit


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository as it is now, committed, as others would fetch it."""
    clone = tmp_path_factory.mktemp("published")
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not name.startswith(("tests/", "benchmarks/")):
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, clone / name)
    git("init", "-q", cwd=clone)
    git("add", "-A", cwd=clone)
    git("commit", "-qm", "as it is now", cwd=clone)
    return clone


def test_the_hooks_of_the_docs_pass_good_cards_and_stop_bad_ones(
    author: Author, published: Path, tmp_path: Path
) -> None:
    """pre-commit itself, which installs deckbuilder into an environment of its own."""
    config = example("repos:").replace("https://github.com/OWNER/deckbuilder", str(published))
    author.write(".pre-commit-config.yaml", config.replace("COMMIT", git("rev-parse", "HEAD", cwd=published).strip()))
    git("init", "-q", cwd=author.root)
    git("add", "-A", cwd=author.root)

    good = pre_commit(author, tmp_path)
    author.edit("cards/muscles/biceps-brachii.yaml", "radial-tuberosity", "radial-tuberosty")
    git("add", "-A", cwd=author.root)
    bad = pre_commit(author, tmp_path)

    assert good.returncode == 0, good.stdout + good.stderr
    assert good.stdout.count("Passed") == 2
    assert bad.returncode == 1
    assert "did you mean 'radial-tuberosity'?" in bad.stdout


def pre_commit(author: Author, home: Path) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return subprocess.run(
        [tool("pre-commit"), "run", "--color=never"],
        cwd=author.root,
        capture_output=True,
        text=True,
        env=clean | {"PRE_COMMIT_HOME": str(home / "hooks"), "PIP_NO_COMPILE": "1"},
        check=False,
    )


def test_a_hook_looks_at_cards_and_not_at_other_files() -> None:
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}

    assert set(re.findall(r"- id: (\S+)", example("repos:"))) == set(hooks)
    check = hooks["deckbuilder-check"]
    assert re.search(check["files"], "cards/muscles/a.yaml")
    assert not re.search(check["files"], "README.md")
    assert not check["pass_filenames"]  # all cards are checked together: a fault may lie between two of them


# GitHub


@pytest.mark.parametrize("schema", ["github-actions", "github-workflows"])
def test_the_action_and_the_workflows_are_what_github_takes(schema: str, tmp_path: Path) -> None:
    workflow = tmp_path / "cards.yml"
    workflow.write_text(example("runs-on"), "utf-8")
    ours = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    files = [ROOT / "action.yml"] if schema == "github-actions" else [workflow, *ours]

    done = subprocess.run(
        [tool("check-jsonschema"), "--builtin-schema", f"vendor.{schema}", *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflow_gives_the_action_only_what_it_asks_for() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    (step,) = (step for step in yaml.safe_load(example("runs-on"))["jobs"]["check"]["steps"] if "with" in step)

    assert set(step["with"]) <= set(action["inputs"])
    used = set(re.findall(r"inputs\.([a-z-]+)", (ROOT / "action.yml").read_text("utf-8")))
    assert used == set(action["inputs"])


def test_the_steps_of_the_action_pass_good_cards_and_show_bad_ones(author: Author) -> None:
    good = steps(author)
    author.edit("cards/muscles/biceps-brachii.yaml", "radial-tuberosity", "radial-tuberosty")
    bad = steps(author)

    assert good.returncode == 0, good.stdout + good.stderr
    assert bad.returncode == 1
    assert "radial-tuberosty" in bad.stdout + bad.stderr
    if "--format" in _offered():
        assert re.search("^::error file=cards/muscles/biceps-brachii.yaml,.*line=14,", bad.stdout)


def _offered() -> str:
    """What `check` can be asked for."""
    asked = [sys.executable, "-m", "deckbuilder", "check", "--help"]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(asked, capture_output=True, text=True, env=env, check=True).stdout


def steps(author: Author) -> subprocess.CompletedProcess[str]:
    """What the action runs, in this environment, which has deckbuilder already."""
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    given = {f"inputs.{name}": each["default"] for name, each in action["inputs"].items()}
    given["inputs.package || github.action_path"] = given["inputs.package"] or str(ROOT)
    done = subprocess.CompletedProcess[str]([], 0, "", "")
    ran = 0
    for step in action["runs"]["steps"]:
        if "run" not in step or done.returncode:
            continue
        surroundings = {name: _filled(value, given) for name, value in step.get("env", {}).items()}
        if "pip install" in step["run"]:
            assert (Path(surroundings["PACKAGE"]) / "pyproject.toml").is_file()
            continue
        script = f'deckbuilder() {{ "{sys.executable}" -m deckbuilder "$@"; }}\n{_possible(step["run"])}'
        env = os.environ | {"PYTHONPATH": str(ROOT)} | surroundings
        done = subprocess.run(
            ["bash", "-e", "-c", script], cwd=author.root, env=env, capture_output=True, text=True, check=False
        )
        ran += 1
    assert ran == 1
    return done


def _possible(script: str) -> str:
    return script if "--format" in _offered() else script.replace(" --format github", "")


def _filled(value: str, given: dict[str, Any]) -> str:
    return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: given[found[1]], value)


# Vale, which cannot be installed here: its files are held against what its documents say

STYLES = ROOT / "docs" / "vale" / "styles"
# https://vale.sh/docs/styles and https://vale.sh/docs/checks, as read in 2026-11.
HEADER = {"extends", "message", "level", "scope", "link", "limit", "action"}
KEYS = {
    "existence": {"append", "ignorecase", "nonword", "raw", "tokens", "exceptions", "vocab"},
    "substitution": {"append", "ignorecase", "nonword", "swap", "exceptions", "vocab", "capitalize"},
    "occurrence": {"max", "min", "token"},
}
RULES = sorted((STYLES / "deckbuilder").glob("*.yml"))


@pytest.mark.parametrize("path", RULES, ids=lambda path: str(path.stem))
def test_a_style_for_vale_finds_its_bad_example_and_passes_its_good_one(path: Path) -> None:
    text = path.read_text("utf-8")
    rule = yaml.safe_load(text)
    bad, good = (re.findall(rf"^# {sort}: (.*)", text, re.M) for sort in ("bad", "good"))

    assert set(rule) <= HEADER | KEYS[rule["extends"]]
    assert rule["level"] in ("suggestion", "warning", "error")
    assert rule["message"].count("%s") == {"existence": 1, "substitution": 2, "occurrence": 0}[rule["extends"]]
    assert rule.get("scope", "text") in {"text", *_views()}
    assert bad and all(_hits(rule, each) for each in bad)
    assert good and not any(_hits(rule, each) for each in good)


def _hits(rule: dict[str, Any], text: str) -> bool:
    """As Vale joins the parts of a rule into one expression."""
    flags = re.IGNORECASE if rule.get("ignorecase") else re.MULTILINE
    if rule["extends"] == "occurrence":
        return len(re.findall(rule["token"], text, flags)) > int(rule["max"])
    words = "|".join([*rule.get("tokens", ()), *rule.get("swap", ())])
    edge = "" if rule.get("nonword") else r"\b"
    pattern = "".join(rule.get("raw", ())) or rf"{edge}(?:{words})\b"
    return re.search(pattern, text, flags) is not None


def _views() -> dict[str, str]:
    """The sorts of prose that the views tell apart."""
    views = [yaml.safe_load(path.read_text("utf-8")) for path in (STYLES / "config" / "views").glob("*.yml")]
    assert all(view["engine"] == "dasel" for view in views)
    return {scope["name"]: scope["expr"] for view in views for scope in view["scopes"]}


def test_the_views_for_vale_name_keys_that_records_have() -> None:
    keys = {key for cls in NOTE_KINDS.values() for key in cls.model_fields}
    for name in ("OneRecord", "ManyRecords"):
        view = yaml.safe_load((STYLES / "config" / "views" / f"{name}.yml").read_text("utf-8"))
        named = [re.fullmatch(r"(all\(\)\.)?property\((\w+)\?\)", scope["expr"]) for scope in view["scopes"]]

        assert all(named)
        assert {found[2] for found in named if found} <= keys
        assert {bool(found[1]) for found in named if found} == {name == "ManyRecords"}
        assert f"View = {name}\n" in (STYLES.parent / ".vale.ini").read_text("utf-8")


def test_the_views_for_vale_fit_how_the_cards_are_arranged() -> None:
    config = configparser.ConfigParser(default_section="")
    config.read_string(f"[core]\n{(STYLES.parent / '.vale.ini').read_text('utf-8')}")
    folders = {path.name for path in (ROOT / "cards").iterdir() if path.is_dir()}
    for section in config.sections()[1:]:
        for folder in re.split("[{},]", section.removeprefix("cards/").split("/")[0]):
            if folder:
                assert folder in folders
                for path in (ROOT / "cards" / folder).rglob("*.yaml"):
                    several = isinstance(yaml.safe_load(path.read_text("utf-8")), list)
                    assert several == (config[section]["View"] == "ManyRecords"), path
