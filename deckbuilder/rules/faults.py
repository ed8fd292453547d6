"""The names of all faults that are no rules, each explained in a line: what stands before the cards can be checked at all.

They are always errors, but for a few warnings, and cannot be suppressed: what they find is to be mended.
"""

from __future__ import annotations

FILES = {
    "ambiguous-word": "A bare `yes`, `no`, `on` or `off`: some editors take it for true or false, others for a word.",
    "bad-key": "A key that is a list or a mapping, where a word belongs.",
    "broken-yaml": "Text that is no YAML; the place is where the author has to mend it, not where YAML noticed.",
    "control-character": "An invisible character that no text needs, and that Anki may use itself.",
    "duplicate-key": "A key that stands twice in one mapping: only one of the two values would count.",
    "empty-file": "A file without a record.",
    "encoding": "A file that is not saved as UTF-8.",
    "not-a-record": "Something in a file of cards that is no list of `key: value` lines.",
    "outside-project": "A link that leads out of the project.",
    "tab": "A tab in the indentation, which YAML does not allow.",
    "too-deep": "Values nested deeper than any card needs.",
    "too-large": "A file larger than a card could be.",
    "unreadable": "A file that the computer does not let us read.",
    "yaml-alias": "An anchor (`&`) or alias (`*`): source cards say everything where it belongs.",
    "yaml-tag": "A YAML tag (`!`), which has no meaning here.",
}
RECORDS = {
    "bad-id": "An id that is not made of lower-case letters, digits and single hyphens.",
    "bad-names": "Something else where an id, a list of ids, or a mapping of ids to details belongs.",
    "bad-root": "A spinal root that is none: C1-C8, T1-T12, L1-L5, S1-S5 or Co1.",
    "broken-gap": "A brace that stands outside a gap: a gap is `{1|the hidden words}`.",
    "comparison-frame": "A comparison that is neither of two exercises for one muscle nor of two muscles in one exercise.",
    "curve-angles": "Angles of a curve that do not rise from one end of the movement to the other.",
    "curve-frame": "Lines of a curve that do not begin and end at the same angle.",
    "curve-shares": "Shares of a curve that do not lie between 0 and 1, with 1 for the largest.",
    "deck-name": "A name that Anki would read as several decks, or cannot use.",
    "empty-list": "A list in which nothing stands.",
    "empty-text": "A text in which nothing stands.",
    "gap-number": "A gap whose number is not between 1 and 499.",
    "heads-and-parts": "A muscle with heads and parts: the same thing told in two ways.",
    "kind-twice": "A kind of note that two subdecks claim.",
    "mask-number": "A mask whose number cannot be one.",
    "missing-key": "A record without something that its kind must have.",
    "nameless-mask": "A mask that does not say what it asks for.",
    "no-gap": "A cloze without a gap asks nothing.",
    "one-picture": "An occlusion with neither a plate nor a picture, or with both.",
    "outside-picture": "A mask that does not lie within its picture.",
    "question-form": "A question that is neither open nor a choice of four, or is both.",
    "small-mask": "A mask too small to be seen, or pressed, on a phone.",
    "two-shapes": "A mask with more than one shape.",
    "unknown-key": "A key that this kind of record does not have.",
    "unknown-kind": "A record that does not open with one of the kinds.",
    "unknown-value": "A word that is not one of the few that may stand here.",
    "wrong-form": "A text that has not the form that is asked for.",
    "wrong-type": "A number where text belongs, a text where a list belongs, or the like.",
}
PICTURES = {
    "figures": "A list of drawn figures, `cards/media/figures.json`, that cannot be read.",
    "no-figure": "A muscle of which no picture is stated, so that `deckbuilder figures` cannot draw it.",
    "no-shape": "A landmark that `deckbuilder figures` does not find on the bone.",
    "picture": "A picture that is missing, empty, too large, of another kind, or outside `cards/media/`.",
    "stale-figure": "A figure that was drawn from other facts than the record states now.",
    "uncredited-picture": "A picture of which nothing says who made it, and under which licence.",
}
TEMPLATES = {
    "blank-card": "A record none of whose cards has a front.",
    "card-name": "A name of a card that Anki cannot use.",
    "card-template": "A section in a card's template that is not opened and closed once.",
    "css": "Styling that is too long, knows no night mode, or loads something from the network.",
    "field-id": "Two fields or cards of one id, or an id that no spare one has.",
    "field-name": "A name of a field that Anki cannot use, or that another field has.",
    "front-gate": "A front that is not wrapped whole in one section, so that Anki may make blank cards of it.",
    "missing-template": "A file that a note type is made of is missing.",
    "note-type": "A `notetype.yaml` that does not say what it must.",
    "note-type-id": "A kind of note without its own number under `note_types.ids` in cards/deck.yaml.",
    "template-error": "A template that failed while it was filled in.",
    "template-limit": "A template of a project that takes more time, memory or text than it may, or is nested too deep.",
    "template-syntax": "A template that is no Jinja.",
    "unknown-field": "A template that names a field which the note type does not have.",
    "unknown-filter": "A filter in a card's template that Anki does not have.",
    "unknown-variable": "A template that names something which the record does not have.",
}
LOCK = {
    "card-gone": "A mask that learners have a card of is gone.",
    "damaged-lock": "`cards/deck.lock` was cut off, merged by halves or edited: learners' reviews hang on it.",
    "formerly-living": "A record that says it was another one, which is still there.",
    "formerly-too-late": "A record that says it was another one, but was shipped as itself before.",
    "formerly-twice": "Two records that both say they were the same one.",
    "missing-lock": "`cards/deck.lock` is not there, and the last commit has it.",
    "moved-number": "A gap or mask has another number than learners know it by.",
    "other-question": "A number that asked for one thing with learners, and asks for another one now.",
    "renamed-twice": "One note that two branches renamed, each in its own way.",
    "reused-id": "A new card under the id of a retired one: it would take over the reviews of that.",
    "reused-number": "A number of a gap or mask that is gone: its reviews would become those of another question.",
    "schema-change": "Fields or cards of a note type that are not those that learners have: Anki would refuse the update.",
    "vanished-id": "Learners have a note that no record makes any more.",
}
VERBS = {
    "clock": "The lock holds times ahead of this computer's clock.",
    "foreign-file": "A file of somebody else in the folder of a release.",
    "no-git": "git cannot tell whether what is released is what is kept.",
    "no-notes": "A deck without a single card.",
    "no-release": "The package of the last release can neither be found nor be made again.",
    "unreadable-project": "What the preview cannot show for a reason that no card can mend.",
    "warnings-file": "`cards/warnings.json`, which counts the warnings that are known, cannot be read.",
}
GROUPS = {
    "files": ("Files and YAML", FILES),
    "records": ("Records: what stands in one card", RECORDS),
    "pictures": ("Pictures and figures", PICTURES),
    "templates": ("Note types and templates", TEMPLATES),
    "lock": ("The lock: what learners have already", LOCK),
    "verbs": ("What verbs meet on their way", VERBS),
}
FAULTS: dict[str, str] = {name: said for _, faults in GROUPS.values() for name, said in faults.items()}
