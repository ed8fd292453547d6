"""What a note type is asked with: a value for each of its fields, no more and no fewer."""

from __future__ import annotations

import pytest
from support.author import Author

from deckbuilder.workspace import Workspace


@pytest.mark.parametrize("change", [-1, 1])
def test_another_number_of_values_than_fields_is_a_mistake_of_ours(author: Author, change: int) -> None:
    note_type = Workspace(author.project).note_types["muscle"]
    values = ["x"] * (len(note_type.names) + change)

    with pytest.raises(ValueError, match="fields of"):
        note_type.ordinals(values)
