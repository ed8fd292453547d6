"""The JSON Schema of one project: that of all source cards, with the project's own ids where a key asks for one.

Written for the YAML language server, which VS Code's extension and most other editors run. It completes from a `const`
and shows what stands beside it; of an `enum` it shows the whole list. It takes the heading of a hover from the innermost
`title` and the text from the innermost description, and the alternatives of an `anyOf` for one and the same unless
titles or descriptions differ. So each id is a `const` with a description, and the meaning of the key is the title above.
"""

from __future__ import annotations

import json
import re
from typing import Any

from deckbuilder.records import KINDS
from deckbuilder.records.base import ID
from deckbuilder.records.keys import NAMES_A
from deckbuilder.records.schema import marked
from deckbuilder.verbs.editors.meanings import Meanings

Schema = dict[str, Any]
_NOTHING: tuple[Any, ...] = ("", [], {}, None)


def project_schema(meanings: Meanings, *, complete: bool) -> Schema:
    """`complete`: every record could be read, so that an id which is not among these is a mistake."""
    return _Offers(meanings, complete).schema()


class _Offers:
    """What is offered, each list of ids once, however many keys ask for it."""

    def __init__(self, meanings: Meanings, complete: bool) -> None:
        self._meanings = meanings
        self._complete = complete
        self._made: dict[str, Schema] = {}
        self._mappings: dict[str, str] = {}

    def schema(self) -> Schema:
        found: Schema = self._offered(marked())
        found["title"] = "deckbuilder source cards of this project"
        found["$defs"] |= self._made
        found["defaultSnippets"] = [_opening(kind, found["$defs"][f"record-{kind}"]) for kind in KINDS]
        return found

    def _offered(self, part: Any, meaning: str = "") -> Any:
        """The schema with references to lists of ids in place of marks. `meaning`: of the key that this is a value of."""
        if isinstance(part, list):
            return [self._offered(each, meaning) for each in part]
        if not isinstance(part, dict):
            return part
        if NAMES_A in part:
            return self._one(part, meaning)
        if NAMES_A in part.get("propertyNames", ()):
            return self._mapping(part, meaning)
        found = self._within(part)
        if meaning and part.get("type") == "array":
            found |= {"title": meaning, "description": "A list of ids."}
        return found

    def _within(self, part: Schema) -> Schema:
        """What stands in a part, each offered in its turn; a key's own description is Markdown."""
        is_key = "description" in part and "properties" not in part
        found = {
            key: self._offered(value, part["description"] if is_key and key == "anyOf" else "")
            for key, value in part.items()
            if key != "default" or value not in _NOTHING
        }
        if is_key:
            found["markdownDescription"] = found.pop("description")
        return found

    def _one(self, part: Schema, meaning: str) -> Schema:
        """A single id. Its own meaning is the text of a hover, that of the key the heading."""
        own = part.get("description", "")
        found: Schema = {"$ref": self._ids(tuple(part[NAMES_A]))}
        if meaning or own:
            found["title"] = meaning or own
        return {"markdownDescription": own, "allOf": [found]} if own else found

    def _mapping(self, part: Schema, meaning: str) -> Schema:
        values = (*part.get("patternProperties", {}).values(), part.get("additionalProperties"))
        value = next(each for each in values if each)
        own = part.get("description", "")
        told = {"markdownDescription": own} if own else {"description": "Ids, each with words."}
        return {"title": own or meaning, **told, "$ref": self._keys(tuple(part["propertyNames"][NAMES_A]), value)}

    def _ids(self, kinds: tuple[str, ...]) -> str:
        """One id of any of these kinds: a list to choose from, and a pattern that says in a sentence what is wrong."""
        name = "-or-".join(kinds)
        if name not in self._made:
            known = self._known(kinds)
            choice = [{"const": id, "markdownDescription": told} for id, told in known]
            # Without it the server would list every id that the unknown one is not.
            other = {"title": "An id", "type": "string", "not": {"enum": [id for id, _ in known]}}
            self._made[name] = {"type": "string", **self._spelled(kinds), "anyOf": [*choice, other]}
        return f"#/$defs/{name}"

    def _keys(self, kinds: tuple[str, ...], value: Schema) -> str:
        """A mapping whose keys are ids of these kinds."""
        sort = json.dumps([kinds, value], sort_keys=True)
        if sort not in self._mappings:
            self._mappings[sort] = f"by-{'-or-'.join(kinds)}-{len(self._mappings)}"
            self._made[self._mappings[sort]] = {
                "type": "object",
                "properties": {id: {**value, "markdownDescription": told} for id, told in self._known(kinds)},
                "propertyNames": {**self._spelled(kinds), "doNotSuggest": True},
                "additionalProperties": value,
            }
        return f"#/$defs/{self._mappings[sort]}"

    def _spelled(self, kinds: tuple[str, ...]) -> Schema:
        """What an id must look like: one of those that there are, or any where not all are known."""
        if not self._complete:
            return {"pattern": f"^{ID}(/{ID})?$", "patternErrorMessage": "This is not an id."}
        told = f"No {' or '.join(kinds)} of this project has this id. If it is new: deckbuilder schema --vscode"
        return {
            "pattern": f"^({'|'.join(re.escape(id) for id, _ in self._known(kinds))})$",
            "patternErrorMessage": told,
        }

    def _known(self, kinds: tuple[str, ...]) -> list[tuple[str, str]]:
        return [each for kind in kinds for each in sorted(self._meanings.get(kind, {}).items())]


def _opening(kind: str, record: Schema) -> Schema:
    """What an editor offers in an empty file: a record of this kind with the keys that it needs."""
    keys = dict.fromkeys(
        (kind, *(key for key in record["required"] if key != "sources"), *{"sources"} & {*record["required"]})
    )
    body = "\n".join(f"{key}: ${place}" for place, key in enumerate(keys, 1))
    return {"label": f"new {kind}", "description": record["description"], "bodyText": f"{body}\n"}
