"""Sources as learners read them, however their authors are written."""

from __future__ import annotations

import re

import pytest
from support.author import Author

from deckbuilder.workspace import Workspace

CLAIM = """\
claim: bends
says: It bends.
verdict: supported
because: It does.
findings:
  - {text: It bends., source: paper}
regions: [arm]
checked: 2026-11
sources: paper
"""
# As a source says it; as the footer has it before the title; as a finding names it.
AUTHORS = {
    "one": ("Nyland J", "Nyland J. ", "Nyland 2005"),
    "two": ("Baik S-M, Cynn H-S", "Baik S-M, Cynn H-S. ", "Baik 2005"),
    "more than two": ("Betts JG, Young KA, Wise JA", "Betts JG et al. ", "Betts 2005"),
    "the first of many": ("Betts JG et al.", "Betts JG et al. ", "Betts 2005"),
    "the first of many behind a comma": ("Betts JG, et al.", "Betts JG et al. ", "Betts 2005"),
    "a name of two words": ("De la Cruz M", "De la Cruz M. ", "De la Cruz 2005"),
    "a body": (
        "The Women's Health Foundation",
        "The Women's Health Foundation. ",
        "The Women's Health Foundation 2005",
    ),
    "nobody": ("", "", "J Bends 2005"),
}


@pytest.mark.parametrize(("authors", "whole", "short"), AUTHORS.values(), ids=AUTHORS)
def test_authors_are_named_in_full_and_in_short(authors: str, whole: str, short: str, author: Author) -> None:
    by = f'authors: "{authors}"\n' if authors else ""
    author.write("cards/paper.yaml", f"source: paper\n{by}title: On bends\nin: J Bends\nyear: 2005\nread: abstract\n")
    author.write("cards/claim.yaml", CLAIM)

    (note,) = [note for note in Workspace(author.project).notes if note.key == "claim/bends"]
    texts = [re.sub(r"<[^>]+>", "", text).replace("&#39;", "'") for text in note.fields]

    assert any(f"{whole}On bends. J Bends 2005." in text for text in texts), texts
    assert any(text.strip().endswith(short) for text in texts), texts
