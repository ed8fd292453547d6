"""PyYAML's C parser, as YAML 1.2 wants it: nothing is guessed to be a date, a time or a truth."""

from __future__ import annotations

from typing import Any

try:
    from yaml._yaml import CParser
except ImportError as missing:  # pragma: no cover - every wheel on PyPI has it
    raise ImportError("PyYAML was installed without libyaml; install its wheel from PyPI") from missing

IMPLICIT = "implicit"


class Parser(CParser):
    """The C parser without PyYAML's YAML 1.1 resolver: what is implicit stays marked as such."""

    def resolve(self, kind: type, value: str, implicit: object) -> str:
        return IMPLICIT

    def descend_resolver(self, *_: object) -> None: ...

    def ascend_resolver(self) -> None: ...


def nodes_of(text: str) -> list[Any]:
    """The documents of a text as nodes. Raises what PyYAML raises."""
    parser = Parser(text)
    nodes = []
    while parser.check_node():
        nodes.append(parser.get_node())
    return nodes
