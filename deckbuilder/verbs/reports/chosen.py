"""Which of the faults are shown: by rule or group, by file or folder, by how grave they are."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from deckbuilder.core.diagnostics import Diagnostic, Fault
from deckbuilder.core.findings import FINDINGS, GROUPS
from deckbuilder.core.frozen import dataclass
from deckbuilder.core.project import Project
from deckbuilder.records import nearest


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody wants to see. `select`: these rules only, None for all; `paths`: below these only, none for all.

    `every`: infos and known warnings too. An info is also shown where its rule is asked for by name.
    """

    select: frozenset[str] | None = None
    ignore: frozenset[str] = frozenset()
    paths: tuple[str, ...] = ()
    every: bool = False

    @property
    def infos(self) -> bool:
        """Whether infos have to be looked for."""
        return self.every or self.select is not None

    def wants(self, found: Diagnostic) -> bool:
        """Whether this is of a rule and in a file that somebody wants to see."""
        if found.rule in self.ignore or (self.select is not None and found.rule not in self.select):
            return False
        path = found.location.path
        return not self.paths or any(path == each or path.startswith(f"{each}/") for each in self.paths)

    def shown(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Those that are told one by one."""
        return [each for each in found if self.wants(each) and (self.every or not each.known)]


def rules_of(texts: Iterable[str]) -> frozenset[str]:
    """The rules that are named, alone or by their group, with commas between them. Raises `Fault` for no such name."""
    found = set[str]()
    for name in (each.strip() for text in texts for each in text.split(",")):
        if name in GROUPS:
            found.update(GROUPS[name].findings)
        elif name in FINDINGS:
            found.add(name)
        elif name:
            raise unknown(name)
    return frozenset(found)


def unknown(name: str) -> Fault:
    """That there is no such rule, and which one may be meant."""
    names = [*FINDINGS, *GROUPS]
    return Fault(
        f"no rule or group has the name '{name}'",
        nearest(name, names) or "`deckbuilder check --explain` lists them",
    )


def below(project: Project, paths: Iterable[Path]) -> tuple[str, ...]:
    """Files and folders as faults name them. Raises `Fault` for one outside of the project."""
    root, found = project.root.resolve(), []
    for path in paths:
        whole = path.parent.resolve() / path.name if path.name != ".." else path.resolve()
        if whole == root:
            return ()
        if not whole.is_relative_to(root):
            raise Fault(f"{path} is not in the project {project.root}", "name files or folders below it")
        found.append(whole.relative_to(root).as_posix())
    return tuple(found)
