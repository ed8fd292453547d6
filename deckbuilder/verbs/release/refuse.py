"""What must not go out: another text under a known name, or what is not what the project keeps."""

from __future__ import annotations

from deckbuilder import lock as locks
from deckbuilder.core import git
from deckbuilder.core.diagnostics import Diagnostic, Fault, Location
from deckbuilder.core.project import Project
from deckbuilder.diff import Difference, Effect
from deckbuilder.workspace.ready import Ready, listed


def other(ready: Ready, edition: str) -> None:
    """An edition that went out keeps its text."""
    if ready.edition != edition:
        raise Fault(
            f"edition {edition} went out already, and the cards have changed since",
            "take a new edition, or check out the commit of that one to make it again",
        )


def backward(ready: Ready, edition: str) -> None:
    """Learners read an edition's name as a date or a number."""
    for known in ready.before.releases:
        if locks.compare_editions(edition, known) <= 0:
            raise Fault(
                f"edition {edition} does not come after {known}, which learners have",
                "take a later one, such as 2027-01",
            )


def dirty(project: Project) -> list[Diagnostic]:
    """What goes out must be committed; a warning where there is no git. Raises `Fault` where git does not tell, too."""
    changed = git.changed(project.root)
    if changed is None:
        message = "no git tells whether the source is the one that is kept: the next release may lack its CHANGES.md"
        help = "keep the project in git, and commit before a release"
        return [Diagnostic(Location("cards"), "no-git", message, help)]
    if changed:
        more = f" and {len(changed) - 5} more" if len(changed) > 5 else ""
        differ = "differs" if len(changed) == 1 else "differ"
        raise Fault(
            f"{', '.join(changed[:5])}{more} {differ} from the last commit, and a release must be what is kept",
            "commit or undo the changes, then release again",
        )
    return []


def stale(ready: Ready, outrun: list[Diagnostic]) -> None:
    """The lock of a release is the one that was committed, and no package here is later than it (`outrun`)."""
    if outrun:
        raise Fault(
            f"{outrun[0].location}: {outrun[0].message}",
            "run `deckbuilder build`, commit cards/deck.lock, then release again; if nobody got that package, delete it",
        )
    if locks.state(ready.before) != locks.state(ready.lock):
        raise Fault(
            f"cards/deck.lock is out of date: {listed(ready.changes)}",
            "run `deckbuilder build`, commit cards/deck.lock, then release again",
        )


def blocked(difference: Difference, allowed: bool) -> None:
    """What Anki would refuse goes out on purpose only."""
    if allowed or difference.effect != Effect.BLOCKED:
        return
    raise Fault(
        f"Anki would refuse a part of this release, first of all {difference.every[0].name}",
        "`deckbuilder diff` tells why; --allow-schema-change releases it all the same",
    )
