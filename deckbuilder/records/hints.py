"""What an author may have meant: a key by another name, a thing by its name, a word misspelled.

A hint names only what is there and may stand in the place. Where nothing is near enough, it says what may stand there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from deckbuilder.records.base import near_id
from deckbuilder.source import Document

MAX_WORD = 200  # nobody misspelled this, and comparing takes the product of both lengths

# What people call a key, and the keys that it may be: those that the record has are named.
_CALLED: dict[str, tuple[str, ...]] = {
    "abbreviation": ("short",),
    "action": ("actions",),
    "agonist": ("prime_movers",),
    "agonists": ("prime_movers",),
    "answers": ("answer", "options"),
    "area": ("region",),
    "articulation": ("joint",),
    "author": ("authors",),
    "body_part": ("region",),
    "citation": ("sources",),
    "citations": ("sources",),
    "confused_with": ("confuse_with",),
    "description": ("definition", "about", "means"),
    "difficulty": ("tier",),
    "distal_attachment": ("insertion",),
    "explanation": ("why", "because"),
    "figure": ("picture",),
    "function": ("actions",),
    "functions": ("actions",),
    "group": ("groups",),
    "image": ("picture",),
    "innervated_by": ("nerve",),
    "innervation": ("nerve",),
    "insertions": ("insertion",),
    "journal": ("in",),
    "latin_name": ("latin",),
    "level": ("tier",),
    "licence": ("license",),  # codespell:ignore licence
    "link": ("url",),
    "main_movers": ("prime_movers",),
    "meaning": ("means", "definition"),
    "movements": ("actions",),
    "movers": ("prime_movers",),
    "nerve_roots": ("roots",),
    "nerve_supply": ("nerve",),
    "nerves": ("nerve",),
    "note": ("why",),
    "notes": ("why",),
    "origins": ("origin",),
    "photo": ("picture",),
    "primary_movers": ("prime_movers",),
    "prime_mover": ("prime_movers",),
    "pronunciation": ("say",),
    "proximal_attachment": ("origin",),
    "reference": ("sources",),
    "references": ("sources",),
    "segments": ("roots",),
    "similar_to": ("confuse_with",),
    "source": ("sources",),
    "spinal_roots": ("roots",),
    "supply": ("nerve",),
    "tag": ("tags",),
    "title": ("name",),
}
# What nobody types, because it follows from something else.
_FOLLOWS = {
    "antagonist": "leave it out: antagonists follow from `opposite` of the movements",
    "antagonists": "leave it out: antagonists follow from `opposite` of the movements",
    "synergist": "leave it out: synergists are all others whose `actions` name the movement",
    "synergists": "leave it out: synergists are all others whose `actions` name the movement",
    "members": "leave it out: the members are the muscles that name the group under `groups`",
    "joints": "leave it out: the joints follow from the movements under `actions`",
}


def nearest(word: str, known: Iterable[str]) -> str:
    """The 'did you mean' sentence for a misspelled word, or '' where nothing is near."""
    names = near(word, known)
    return f"did you mean {_either(names)}?" if names else ""


def near(word: str, known: Iterable[str]) -> list[str]:
    """The words of which this one may be a misspelling, the nearest first."""
    if len(word) > MAX_WORD:
        return []
    limit = 1 if len(word) < 4 else 2 if len(word) < 8 else 3
    found = process.extract(word, list(known), scorer=DamerauLevenshtein.distance, score_cutoff=limit, limit=3)
    return [name for name, distance, _ in found if distance <= found[0][1] + 1 and distance < len(word)]


def key(name: str, known: Collection[str]) -> tuple[str, str]:
    """The next step for a key that a record does not have, and the key that is meant, '' where that is not certain."""
    plain = name.lower().replace("-", "_").replace(" ", "_")
    if plain in known:
        return f"write `{plain}`", plain
    called = [each for each in _CALLED.get(plain, ()) if each in known]
    if called:
        return f"it is called {' or '.join(f'`{each}`' for each in called)} here", _only(called)
    if plain in _FOLLOWS:
        return _FOLLOWS[plain], ""
    close = _close(plain, known)
    if close:
        return f"did you mean {_either(close)}?", _only(close)
    return f"the keys are: {', '.join(sorted(known))}", ""


def _close(key: str, known: Collection[str]) -> list[str]:
    """The keys of which this one may be a misspelling. Of short words, which keys are, two letters make another one."""
    most = 2 if len(key) > 5 else 1
    return [each for each in near(key, known) if DamerauLevenshtein.distance(key, each) <= most]


def _only(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ""


class Called:
    """The records of a project by what people call them: their names, and their ids in any spelling.

    `held`: the keys under which records hold what has an id of its own, each with the kind of that.
    """

    def __init__(self, documents: Iterable[Document], held: Mapping[str, str]) -> None:
        self._held = held
        self._ids: dict[str, dict[str, set[str]]] = {}
        for document in documents:
            if isinstance(document.value, dict) and document.value:
                self._take(document.value)

    def ids(self, name: str, kinds: Collection[str]) -> list[str]:
        """The ids of what is called so, and is of one of these kinds; of any kind where none is given."""
        found = self._ids.get(near_id(name), {})
        return sorted({id for kind, ids in found.items() if not kinds or kind in kinds for id in ids})

    def _take(self, value: Mapping[str, Any]) -> None:
        kind, id = next(iter(value.items()))
        if not isinstance(id, str):
            return
        for said in (id, value.get("name"), value.get("latin"), value.get("short")):
            self._add(kind, id, said)
        if kind == "nerve" and isinstance(name := value.get("name"), str):
            self._add(kind, id, name.lower().removesuffix(" nerve"))
        for key, of in self._held.items():
            held = value.get(key)
            for each, what in held.items() if isinstance(held, dict) else ():
                self._add(of, str(each), each)
                self._add(of, str(each), what.get("name") if isinstance(what, dict) else what)

    def _add(self, kind: str, id: str, said: object) -> None:
        if isinstance(said, str) and id == near_id(id) and near_id(said):
            self._ids.setdefault(near_id(said), {}).setdefault(kind, set()).add(id)


def _either(names: list[str]) -> str:
    return " or ".join(f"'{name}'" for name in names)
