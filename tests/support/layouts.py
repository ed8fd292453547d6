"""Records as YAML in whatever layout chance gives them: every shape in which an author may write one."""

from __future__ import annotations

import json
import random
from typing import Any

from deckbuilder.source import edit


class Layout:
    """One way to lay out a file; `chance` decides at every turn."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def file(self, records: list[dict[str, Any]]) -> bytes:
        """The records as one file: a list, a list in brackets, or documents."""
        form = self.chance.choice(["list", "brackets", "documents"])
        if form == "brackets":
            text = self._flow(records, 0)
        elif form == "list":
            text = "\n".join(self._items(records, 0))
        else:
            text = "\n---\n".join("\n".join(self._block(record, 0)) for record in records)
        text = self.chance.choice(["", "# the cards\n", "\n\n"]) + text + self.chance.choice(["", "\n", "\n\n# end\n"])
        newline = self.chance.choice(["\n", "\n", "\r\n", "\r"])
        mark = self.chance.choice([b"", b"\xef\xbb\xbf"])
        return mark + text.replace("\n", newline).encode()

    def _block(self, value: dict[str, Any], column: int) -> list[str]:
        """The lines of a mapping whose keys stand in this column."""
        lines: list[str] = []
        for key, each in value.items():
            if lines and self._rarely():
                lines.append(self.chance.choice(["", f"{' ' * column}# biceps: a comment", "# at the margin"]))
            lines += self._entry(self._scalar(key), each, column)
        return lines

    def _entry(self, key: str, value: Any, column: int) -> list[str]:
        pad = " " * column
        if isinstance(value, str) and edit.scalar(value) == value and " " not in value and self._rarely():
            head = self.chance.choice(["|-", ">-", "|-  # in a block"])
            return [f"{pad}{key}: {head}", f"{pad}  {value}"]
        if self._rarely():
            return [f"{pad}? {key}", f"{pad}: {self._flow(value, column)}{self._remark()}"]
        if isinstance(value, dict) and value and self.chance.random() < 0.6:
            inner = column + self.chance.choice([1, 2, 2, 4, 7])
            return [f"{pad}{key}:{self._remark()}", *self._block(value, inner)]
        if isinstance(value, list) and value and self.chance.random() < 0.6:
            inner = column + self.chance.choice([0, 2, 2, 4])
            return [f"{pad}{key}:{self._remark()}", *self._items(value, inner)]
        space = self.chance.choice([" ", " ", "   "])
        return [f"{pad}{key}:{space}{self._flow(value, column)}{self._remark()}"]

    def _items(self, values: list[Any], column: int) -> list[str]:
        """The lines of a list whose dashes stand in this column."""
        lines: list[str] = []
        for each in values:
            gap = self.chance.choice([" ", " ", "   "])
            inner = column + 1 + len(gap)
            if isinstance(each, dict) and each and self.chance.random() < 0.8:
                first, *others = self._block(each, inner)
            else:
                first, *others = [" " * inner + self._flow(each, inner) + self._remark()]
            lines += [f"{' ' * column}-{gap}{first[inner:]}", *others]
            if self._rarely():
                lines.append(f"{' ' * column}# behind an item")
        return lines

    def _flow(self, value: Any, column: int) -> str:
        """A value in brackets, which may go on in lines further in than this column."""
        inner = f"\n{' ' * (column + 2)}"
        apart = self.chance.choice([", ", ", ", ", ", ",", " , ", f",{inner}", f", # so{inner}"])
        edge = self.chance.choice(["", "", " ", inner])
        if isinstance(value, dict):
            pairs = [f"{self._scalar(key)}: {self._flow(each, column)}" for key, each in value.items()]
            return "{" + edge + apart.join(pairs) + edge + "}"
        if isinstance(value, list):
            last = self.chance.choice(["", "", ","]) if value else ""
            return "[" + edge + apart.join(self._flow(each, column) for each in value) + last + edge + "]"
        return self._scalar(value)

    def _scalar(self, value: Any) -> str:
        if not isinstance(value, str):
            return json.dumps(value)
        if edit.scalar(value) == value and self.chance.random() < 0.7:
            return value
        if "\n" not in value and self.chance.random() < 0.5:
            return "'" + value.replace("'", "''") + "'"
        return json.dumps(value, ensure_ascii=False)

    def _remark(self) -> str:
        return self.chance.choice(["", "", "", "", " ", "  # a remark"])

    def _rarely(self) -> bool:
        return self.chance.random() < 0.12
