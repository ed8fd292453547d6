"""Which file a name means, the same on every system.

A Mac may keep `ü` as two characters where the card has one; Windows and Macs take `Arm.PNG` for `arm.png`, and Linux and
phones do not. The first is one name, the second is told everywhere, and not only where it fails.
"""

from __future__ import annotations

import os
from pathlib import Path

from deckbuilder.core import letters
from deckbuilder.core.images.flaw import Flaw


class Names:
    """The names below one folder, each folder read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._entries: dict[Path, dict[str, list[str]]] = {}

    def find(self, name: str) -> Path | Flaw | None:
        """The file; what is wrong with its name; None if there is none. Whether it lies inside is for the caller."""
        at: Path = self._folder
        steps = [letters.composed(step) for step in name.replace("\\", "/").split("/") if step not in ("", ".")]
        for step in steps:
            alike = self._listed(at).get(letters.folded(step), ()) if step != ".." else ()
            if len(alike) > 1:
                twins = " and ".join(f"'{each}'" for each in alike[:2])
                return Flaw(f"may be either of {twins}", "rename one of the two: Windows and macOS keep only one")
            if not alike:
                return None
            at = at / alike[0]
        if self._relative(at) != steps:
            right = "/".join(self._relative(at))
            return Flaw(
                f"is called '{right}', and Linux and phones tell capitals from small letters", f"write '{right}'"
            )
        return at if steps else None

    def elsewhere(self, name: str, most: int = 3) -> list[str]:
        """Files of the same name in other folders."""
        wanted, found = letters.folded(name.replace("\\", "/").rpartition("/")[2]), list[str]()
        for place, folders, names in os.walk(self._folder):
            folders.sort()
            same = [each for each in sorted(names) if letters.folded(each) == wanted]
            found += ["/".join([*self._relative(Path(place)), letters.composed(each)]) for each in same]
            if len(found) >= most:
                break
        return found[:most]

    def all(self) -> list[str]:
        """The names directly in the folder, for suggestions."""
        return [letters.composed(each) for alike in self._listed(self._folder).values() for each in alike]

    def _relative(self, at: Path) -> list[str]:
        return [letters.composed(step) for step in at.relative_to(self._folder).parts]

    def _listed(self, folder: Path) -> dict[str, list[str]]:
        """What lies in a folder, by what the names have in common with others."""
        found = self._entries.get(folder)
        if found is None:
            found = self._entries[folder] = {}
            try:
                for each in sorted(entry.name for entry in os.scandir(folder)):
                    found.setdefault(letters.folded(each), []).append(each)
            except OSError:
                found.clear()
        return found
