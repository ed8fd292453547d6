"""Whether the clock by which a build is dated can be right, as far as a computer can tell without asking others.

A clock that is ahead leaves nothing behind by which the very build could know it: all that is on the disk is older, as it is after
a holiday. So a build says which day it takes it to be, and warns where something else on this computer says otherwise: the
hardware clock, files from the future, and the clock itself where SOURCE_DATE_EPOCH goes before it.
"""

from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path

from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.core.project import Project

DAY = 86_400
# A hardware clock may keep the time of some place; no two are farther apart than this.
_APART = 2 * DAY
_HARDWARE = Path("/sys/class/rtc/rtc0/since_epoch")
_AHEAD = "the times of this build would lie ahead of learners' own, and its notes go over what they write until then"


def day(seconds: float) -> str:
    """The day and the minute as people here have it."""
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")


def doubts(project: Project, *, hardware: Path = _HARDWARE) -> list[Diagnostic]:
    """What speaks against the time that a build is about to use."""
    now, epoch = time.time(), os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch:  # checked already; one that lies back is how a build is repeated
        if int(epoch) <= now + DAY:
            return []
        said = f"it is {day(int(epoch))}, and by this computer's clock it is {day(now)}: {_AHEAD}"
        return [_doubt("SOURCE_DATE_EPOCH", said, "give it the time of a commit, or leave it out")]
    newest, file = _newest(project)
    if newest > now + DAY:
        said = f"it was saved on {day(newest)}, and by this computer's clock it is {day(now)}"
        help = "set the clock, if it is wrong: an edit that is dated too early does not arrive; or save the file again"
        return [_doubt(file, said, help)]
    ticking = _read(hardware)
    # One whose battery is empty starts in the past, before the files: it tells nothing.
    if newest - DAY < ticking < now - _APART:
        said = f"this computer's clock says {day(now)}, and its hardware clock {day(ticking)}: {_AHEAD}"
        return [_doubt("clock", said, "see which day it is, and set the one that is wrong")]
    return []


def _doubt(where: str, message: str, help: str) -> Diagnostic:
    return Diagnostic(Location(where), "clock", message, help)


def _newest(project: Project) -> tuple[float, str]:
    """When the source was saved last, and the file."""
    saved = [(path.stat().st_mtime, path) for path in (*project.sources(), project.lock) if path.is_file()]
    newest, path = max(saved, default=(0.0, project.lock))
    return newest, path.relative_to(project.root).as_posix()


def _read(hardware: Path) -> float:
    try:
        return float(hardware.read_text("ascii"))
    except (OSError, ValueError):
        return 0.0
