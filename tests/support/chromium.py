"""The browser that tests look with: a Chromium, Chrome or Edge that is here, or one that is installed for them.

`python tests/support/chromium.py` prints the path of one that starts; what is done and said on the way goes to standard error.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)
ON_MACOS = ("Chromium", "Google Chrome", "Microsoft Edge")
ON_WINDOWS = (
    "Chromium/Application/chrome.exe",
    "Google/Chrome/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
)
# Debian's, and the letters that cards are written in.
PACKAGES = ("chromium", "fonts-noto-core")
# Where playwright puts its own; it says itself under which name.
OWN = Path(sys.prefix) / "browsers"
OWN_PATH = OWN / "executable.txt"

STARTS = """
import sys
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    playwright.chromium.launch(executable_path=sys.argv[1], args=["--no-sandbox", "--disable-gpu"]).close()
"""
WHERE = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""
HOW = {
    "linux": "on Debian: sudo apt-get install chromium fonts-noto-core",
    "darwin": "brew install --cask chromium",
    "win32": "winget install Google.Chrome",
}


def found() -> str | None:
    """The first that is here; whether it starts is for `ready` to find out."""
    return next(here(), None)


def here(
    platform: str = sys.platform, environ: Mapping[str, str] = os.environ, root: Path = Path("/")
) -> Iterator[str]:
    """All that are here. One that is named in $CHROMIUM stands alone: somebody wants this one."""
    if environ.get("CHROMIUM"):
        yield environ["CHROMIUM"]
        return
    yield from filter(None, (shutil.which(name, path=environ.get("PATH")) for name in NAMES))
    for path in (*_places(platform, environ, root), *_own()):
        if path.is_file():
            yield str(path)


def ready() -> str:
    """One that starts."""
    for path in here():
        why = _refuses(path)
        if why is None:
            return path
        if os.environ.get("CHROMIUM"):
            sys.exit(f"the browser that CHROMIUM names does not start: {path}: {why}")
    for install in (_from_debian, _from_playwright):
        if install():
            for path in here():
                if _refuses(path) is None:
                    return path
    sys.exit(f"none could be installed here. {lacking()}")


def lacking() -> str:
    """What to do where there is none."""
    how = HOW.get(sys.platform, HOW["linux"])
    return (
        "Tests look at cards in a browser, and no Chromium, Google Chrome or Microsoft Edge that starts is here: "
        f"install one ({how}), or name one in the environment variable CHROMIUM."
    )


def _places(platform: str, environ: Mapping[str, str], root: Path) -> Iterator[Path]:
    """Where the installers of systems without a useful PATH put them."""
    if platform == "darwin":
        for home in (root, *(Path(environ[name]) for name in ("HOME",) if environ.get(name))):
            yield from (home / "Applications" / f"{name}.app" / "Contents" / "MacOS" / name for name in ON_MACOS)
    elif platform == "win32":
        for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
            if environ.get(variable):
                yield from (Path(environ[variable]) / name for name in ON_WINDOWS)


def _own() -> Iterator[Path]:
    if OWN_PATH.is_file():
        yield Path(OWN_PATH.read_text("utf-8"))


def _refuses(path: str) -> str | None:
    """Why it does not start, if it does not: Ubuntu's `chromium-browser` may be there to say that it is elsewhere."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", STARTS, path], capture_output=True, text=True, check=False, timeout=120
        )
    except subprocess.TimeoutExpired:
        return "no answer within two minutes"
    return None if done.returncode == 0 else (done.stderr.strip().splitlines() or ["it says nothing"])[-1]


def _from_debian() -> bool:
    """Of Debian or one of its kin, where we may install."""
    if shutil.which("apt-get") is None:
        return False
    root: list[str] = []
    if sys.platform != "win32" and os.geteuid() != 0:
        root = ["sudo", "-n"]
        if shutil.which("sudo") is None or _fails([*root, "true"]):
            return False
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    print("no Chromium is here: apt-get install", *PACKAGES, file=sys.stderr, flush=True)
    _fails([*root, *quiet, "update"])  # lists that are there already may do
    return not _fails([*root, *quiet, "install", "--no-install-recommends", *PACKAGES])


def _from_playwright() -> bool:
    """Its own, into this environment."""
    os.environ["PLAYWRIGHT_BROWSERS_PATH"] = str(OWN)
    print("no Chromium is here: playwright install chromium", file=sys.stderr, flush=True)
    if _fails([sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"]):
        return False
    done = subprocess.run([sys.executable, "-c", WHERE], capture_output=True, text=True, check=False)
    if done.returncode or not Path(done.stdout.strip()).is_file():
        return False
    OWN_PATH.write_text(done.stdout.strip(), "utf-8")
    return True


def _fails(command: list[str]) -> bool:
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False).returncode != 0


if __name__ == "__main__":
    print(ready())
