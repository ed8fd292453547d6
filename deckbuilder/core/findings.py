"""Every finding that any stage can report: its name, how grave it is, the group it stands in, and its manual.

A stage names a finding, and its severity comes from here; a name that is missing here raises, for it is a mistake of
ours. The manual of a rule is the docstring of its function in `deckbuilder/rules/`; of a fault that is no rule it is
the sentence beside its name. A project overrules the severity of any rule that is not `always` in a `rules` record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

Severity = Literal["error", "warning", "info"]
Strictness = Literal["error", "warning", "info", "off"]


@dataclass(frozen=True, slots=True)
class FindingKind:
    """How grave a finding is, and what it is. `always`: nobody overrules or suppresses it. `said`: '' for a rule.

    `second`: how grave it is in other cases: where a rule calls one grave, where the author has agreed to the price.
    """

    usual: Severity
    second: Severity | None = None
    always: bool = False
    said: str = ""

    @property
    def is_rule(self) -> bool:
        """Whether it is a function of `deckbuilder/rules/`, with a page of its own."""
        return not self.said

    @property
    def severities(self) -> tuple[Severity, ...]:
        """One or two, as a `rules` record states them."""
        return (self.usual,) if self.second is None else (self.usual, self.second)

    def told(self, sentence: str) -> FindingKind:
        """The same for a fault that is no rule: the sentence is all there is to say, and nobody overrules it."""
        return replace(self, always=True, said=sentence)


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Findings of one sort, by name, in the order in which they are listed."""

    title: str
    findings: Mapping[str, FindingKind]

    @property
    def of_rules(self) -> bool:
        """Whether these are rules; a group is never of both."""
        return any(each.is_rule for each in self.findings.values())


ERROR = FindingKind("error")
WARNING = FindingKind("warning")
INFO = FindingKind("info")
WARNING_OR_ERROR = FindingKind("warning", "error")
INFO_OR_WARNING = FindingKind("info", "warning")
ERROR_OR_WARNING = FindingKind("error", "warning")
# What later stages rely on: no cards can be made of what these find.
ALWAYS_ERROR = FindingKind("error", always=True)
ALWAYS_WARNING = FindingKind("warning", always=True)

# fmt: off
GROUPS = {
    "project": FindingGroup("What later stages rely on: a deck, ids that name one thing, names that lead somewhere, both sides of a comparison.", {
        "no-deck": ALWAYS_ERROR,
        "duplicate-id": ALWAYS_ERROR,
        "unknown-reference": ALWAYS_ERROR,
        "uncited": ALWAYS_ERROR,
        "unknown-fact": ALWAYS_ERROR,
        "not-reciprocal": ALWAYS_ERROR,
        "impossible-role": ALWAYS_ERROR,
        "odd-one-out": ALWAYS_ERROR,
        "unmeasured": ALWAYS_ERROR,
        "tag": ALWAYS_ERROR,
        "same-name": ALWAYS_ERROR,
        "listed-twice": ALWAYS_ERROR,
        "missing-pattern": ALWAYS_ERROR,
    }),
    "occlusion": FindingGroup("Masks: each has its place, its own name, and does not lie over another. What they find stops a build.", {
        "no-masks": ALWAYS_ERROR,
        "named-twice": ALWAYS_ERROR,
        "placeless-mask": ALWAYS_ERROR,
        "masks-overlap": ALWAYS_WARNING,
    }),
    "question": FindingGroup("What is asked: one thing, in words that stand alone, and not its own answer.", {
        "yes-no": WARNING,
        "answer-in-question": WARNING_OR_ERROR,
        "cause-says-fault": WARNING,
        "dangling-opening": ERROR,
        "two-questions": WARNING_OR_ERROR,
        "vague-stem": WARNING,
        "negative-stem": WARNING_OR_ERROR,
        "long-front": WARNING_OR_ERROR,
        "look-alike-front": WARNING_OR_ERROR,
        "case-fits-two": WARNING,
    }),
    "answer": FindingGroup("What is answered: short, few, in the terms of the deck.", {
        "long-answer": WARNING_OR_ERROR,
        "long-list": WARNING_OR_ERROR,
        "long-group": WARNING,
        "hidden-list": WARNING,
        "absolute-claim": WARNING_OR_ERROR,
        "undefined-abbreviation": ERROR,
        "not-preferred-term": WARNING,
        "name-tells-it": INFO,
    }),
    "cloze": FindingGroup("Gaps in sentences: with enough around them, few, and not told by the rest.", {
        "no-context": ERROR,
        "over-clozed": WARNING_OR_ERROR,
        "cloze-leak": WARNING_OR_ERROR,
        "telling-hint": WARNING,
    }),
    "choice": FindingGroup("Four options: each could be right, and none looks it.", {
        "choice-structure": ERROR,
        "choice-cue": WARNING,
    }),
    "media": FindingGroup("Pictures: with words that stand in for them, silent about the answer, light enough for a phone.", {
        "alt-text": WARNING,
        "picture-reveals-answer": ERROR,
        "heavy-picture": WARNING,
    }),
    "markup": FindingGroup("What is typed: words, and of Markdown what the field takes; nothing that would be shown as it is typed.", {
        "unsafe-markup": WARNING_OR_ERROR,
        "long-word": INFO,
        "doubled-word": WARNING,
    }),
    "description": FindingGroup("What learners read of the deck in Anki: on every day, above the button that they came for.", {
        "long-about": WARNING,
    }),
    "evidence": FindingGroup("Sources and studies: cited, in a form that leads to them, not older than they may be, and no more than was measured.", {
        "uncited-number": ERROR,
        "uncited-training": WARNING,
        "weak-source": WARNING,
        "unlisted-study": ERROR,
        "source-form": WARNING_OR_ERROR,
        "stale-source": WARNING,
        "emg-overreach": ERROR,
    }),
    "numbers": FindingGroup("Numbers: complete, right by arithmetic, and such as can have been measured.", {
        "bare-number": WARNING_OR_ERROR,
        "arithmetic": WARNING_OR_ERROR,
        "against-difference": WARNING_OR_ERROR,
        "implausible-number": WARNING,
    }),
    "across": FindingGroup("Questions with two answers, and two records that say other things.", {
        "ambiguous-reverse": ERROR,
        "contradiction": WARNING_OR_ERROR,
        "miscounted": ERROR,
        "runs-elsewhere": ERROR,
    }),
    "twins": FindingGroup("Two of what should be one, and two that look like one.", {
        "site-twice": WARNING,
        "duplicate-note": WARNING_OR_ERROR,
        "confusable": WARNING,
        "same-fact-two-ways": WARNING,
    }),
    "gaps": FindingGroup("What is missing, and what stands alone.", {
        "unreferenced": INFO_OR_WARNING,
        "unlike-its-compartment": WARNING,
        "empty-exam": WARNING,
        "coverage-gap": WARNING,
    }),
    "relations": FindingGroup("Who does what in a movement: parts that exclude each other, and parts without the movement they are played in.", {
        "two-roles": WARNING_OR_ERROR,
        "trains-against-actions": WARNING,
        "relation-without-context": WARNING_OR_ERROR,
        "leads-nothing": WARNING_OR_ERROR,
    }),
    "anatomy": FindingGroup("What the vocabulary knows of bones, joints and nerves, against what muscles are said to do.", {
        "joint-not-crossed": ERROR,
        "joint-without-action": WARNING,
        "wrong-side-action": WARNING,
        "plane-of-movement": WARNING,
        "foreign-root": ERROR,
        "joint-order": WARNING,
        "untouched-bone": WARNING,
    }),
    "places": FindingGroup("Where things lie, in words: against the sides of the landmarks, and against names that hold a side.", {
        "side-slip": WARNING,
    }),
    "names": FindingGroup("Names in free text: spelled as the vocabulary spells them, and said of the right muscle.", {
        "misspelled-name": WARNING,
        "name-against-id": WARNING,
        "latin-name": WARNING,
        "spinal-level": ERROR,
    }),
    "suppressions": FindingGroup("Exceptions: `lint: {rule: the reason}` in a record, and a project's own `rules` record.", {
        "unknown-rule": ALWAYS_ERROR,
        "unused-suppression": WARNING,
    }),
    "files": FindingGroup("Files and YAML", {
        "ambiguous-word": ERROR.told("A bare `yes`, `no`, `on` or `off`: some editors take it for true or false, others for a word."),
        "bad-key": ERROR.told("A key that is a list or a mapping, where a word belongs."),
        "broken-yaml": ERROR.told("Text that is no YAML; the place is where the author has to mend it, not where YAML noticed."),
        "control-character": ERROR.told("An invisible character that no text needs, and that Anki may use itself."),
        "duplicate-key": ERROR.told("A key that stands twice in one mapping: only one of the two values would count."),
        "empty-file": WARNING.told("A file without a record."),
        "encoding": ERROR.told("A file that is not saved as UTF-8."),
        "file-name": ERROR.told("A name of a file that is not UTF-8, or holds a line break or another control character."),
        "lost-text": ERROR_OR_WARNING.told("Text that YAML takes for something else: a comment, a tag, an escape in double quotes. Write it in single quotes."),
        "merge-conflict": ERROR.told("A file in which git left both sides of a merge, between lines of `<<<<<<<`, `=======` and `>>>>>>>`."),
        "not-a-record": ERROR.told("Something in a file of cards that is no list of `key: value` lines."),
        "not-read": ERROR.told("A file that is plainly meant as cards, but is not called so: `EXTRA.YAML`, `extra.yaml.txt`."),
        "odd-blank": ERROR.told("A no-break space or another blank where YAML knows only the ordinary one: it would be a part of the word."),
        "outside-project": ERROR.told("A link that leads out of the project."),
        "tab": ERROR.told("A tab in the indentation, which YAML does not allow."),
        "too-deep": ERROR.told("Values nested deeper than any card needs."),
        "too-large": ERROR.told("A file larger than a card could be."),
        "unreadable": ERROR.told("A file that the computer does not let us read."),
        "yaml-alias": ERROR.told("An anchor (`&`) or alias (`*`): source cards say everything where it belongs."),
        "yaml-tag": ERROR.told("A YAML tag (`!`), which has no meaning here."),
    }),
    "records": FindingGroup("Records: what stands in one card", {
        "bad-id": ERROR.told("An id that is not made of lower-case letters, digits and single hyphens."),
        "bad-names": ERROR.told("Something else where an id, a list of ids, or a mapping of ids to details belongs."),
        "bad-root": ERROR.told("A root that is none: C1-C8, T1-T12, L1-L5, S1-S5, Co1, or CN I to CN XII for a cranial nerve."),
        "broken-gap": ERROR.told("A brace that stands outside a gap: a gap is `{1|the hidden words}`."),
        "comparison-frame": ERROR.told("A comparison that is neither of two exercises for one muscle nor of two muscles in one exercise."),
        "comparison-higher": ERROR.told("`higher` in a comparison names neither side, or says what is said already or denied."),
        "curve-angles": ERROR.told("Angles of a curve that do not rise from one end of the movement to the other."),
        "curve-frame": ERROR.told("Lines of a curve that do not begin and end at the same angle."),
        "curve-shares": ERROR.told("Shares of a curve that do not lie between 0 and 1, with 1 for the largest."),
        "deck-name": ERROR.told("A name that Anki would read as several decks, or cannot use."),
        "difference-stated": ERROR.told("A comparison that says whether a difference was found, and not in which words the source says so."),
        "empty-list": ERROR.told("A list in which nothing stands."),
        "empty-text": ERROR.told("A text in which nothing stands."),
        "gap-number": ERROR.told("A gap whose number is not between 1 and 499."),
        "heads-and-parts": ERROR.told("A muscle with heads and parts: the same thing told in two ways."),
        "mask-number": ERROR.told("A mask whose number cannot be one."),
        "missing-key": ERROR.told("A record without something that its kind must have."),
        "nameless-mask": ERROR.told("A mask that does not say what it asks for."),
        "no-gap": ERROR.told("A cloze without a gap asks nothing."),
        "one-picture": ERROR.told("An occlusion with neither a plate nor a picture, or with both."),
        "outside-picture": ERROR.told("A mask that does not lie within its picture."),
        "place-form": ERROR.told("A point of a place that is found in no way, in two, or nowhere."),
        "question-form": ERROR.told("A question that is neither open nor a choice of four, or is both."),
        "prefix": ERROR.told("A prefix of the note types with other letters than A to Z."),
        "rest-of-cards": ERROR.told("Two subdecks without `holds`, or none: the cards that no other one holds need one place."),
        "small-mask": ERROR.told("A mask too small to be seen, or pressed, on a phone."),
        "two-shapes": ERROR.told("A mask with more than one shape."),
        "unknown-key": ERROR.told("A key that this kind of record does not have."),
        "unknown-kind": ERROR.told("A record that does not open with one of the kinds."),
        "unknown-value": ERROR.told("A word that is not one of the few that may stand here."),
        "wrong-form": ERROR.told("A text that has not the form that is asked for."),
        "wrong-type": ERROR.told("A number where text belongs, a text where a list belongs, or the like."),
    }),
    "pictures": FindingGroup("Pictures and figures", {
        "figures": ERROR.told("A list of drawn figures, `cards/media/figures.json`, that cannot be read."),
        "no-mesh": WARNING.told("A mesh that a figure needs and the body does not have, so that `deckbuilder figures` cannot draw it."),
        "no-shape": WARNING.told("A landmark that `deckbuilder figures` does not find on the bone."),
        "picture": ERROR.told("A picture that is missing, cut off, too large, or not what its name says; an SVG that runs or needs something else."),
        "stale-figure": WARNING.told("A figure that was drawn from other facts than the record states now."),
        "uncredited-picture": WARNING.told("A picture of which nothing says who made it, and under which license."),
    }),
    "templates": FindingGroup("Note types and templates", {
        "asked-before-taught": WARNING.told("A card that asks for a landmark before the plate that teaches it, or needs a term before the card that defines it."),
        "blank-card": ERROR.told("A record none of whose cards has a front."),
        "no-such-cards": WARNING.told("A step of the curriculum, or a choice of a subdeck, that no card can meet: it names a kind, card or file that is not there."),
        "card-name": ERROR.told("A name of a card that Anki cannot use."),
        "card-template": ERROR.told("A card's template that Anki reads otherwise than it is meant: sections, braces, gaps."),
        "css": ERROR.told("Styling that is too long, knows no night mode, is not closed, or loads what is not in the package."),
        "field-id": ERROR.told("Two fields or cards of one id, or an id that no spare one has."),
        "field-name": ERROR.told("A name of a field that Anki cannot use, or that another field has."),
        "front-gate": ERROR.told("A front that is not wrapped whole in one section, so that Anki may make blank cards of it."),
        "missing-template": ERROR.told("A file that a note type is made of is missing."),
        "note-type": ERROR.told("A `notetype.yaml` that does not say what it must."),
        "note-type-id": ERROR.told("A kind of note without its own number under `note_types.ids` in cards/deck.yaml."),
        "template-error": ERROR.told("A template that failed while it was filled in."),
        "template-html": ERROR.told("HTML of a template that is not closed, or that closes what is not open."),
        "template-limit": ERROR.told("A template of a project that takes more time, memory or text than it may, or is nested too deep."),
        "template-media": ERROR.told("A template that shows, plays or runs what no package holds, or what lies on the network."),
        "template-syntax": ERROR.told("A template that is no Jinja."),
        "unknown-field": ERROR.told("A template that names a field which the note type does not have."),
        "unknown-filter": ERROR.told("A filter in a card's template that Anki does not have."),
        "unknown-variable": ERROR.told("A template that names something which the record does not have."),
    }),
    "lock": FindingGroup("The lock: what learners have already", {
        "card-gone": WARNING.told("A mask or gap that learners have a card of is gone."),
        "damaged-lock": ERROR.told("`cards/deck.lock` was cut off, merged by halves or edited: learners' reviews hang on it."),
        "deck-change": ERROR_OR_WARNING.told("A name or number by which learners' collections know the deck is another than before."),
        "exchanged-id": ERROR.told("A record under the id of another one: it would take over the reviews of that."),
        "formerly-living": ERROR.told("A record that says it was another one, which is still there."),
        "formerly-too-late": ERROR.told("A record that says it was another one, but was shipped as itself before."),
        "formerly-twice": ERROR.told("Two records that both say they were the same one."),
        "missing-lock": ERROR.told("`cards/deck.lock` is not there, and the last commit has it."),
        "moved-number": ERROR.told("A gap or mask has another number than learners know it by."),
        "other-question": WARNING.told("A number that asked for one thing with learners, and asks for another one now."),
        "renamed-twice": ERROR.told("One note that two branches renamed, each in its own way."),
        "reused-id": ERROR.told("A new card under the id of a retired one: it would take over the reviews of that."),
        "reused-number": ERROR.told("A number of a gap or mask that is gone: its reviews would become those of another question."),
        "same-id": ERROR.told("Two decks or two note types of one number: Anki would take them for one."),
        "schema-change": ERROR_OR_WARNING.told("Fields or cards of a note type that are not those that learners have: Anki would refuse the update."),
        "vanished-id": ERROR.told("Learners have a note that no record makes any more."),
    }),
    "verbs": FindingGroup("What verbs meet on their way", {
        "below-floor": ERROR.told("An objective of an exam with fewer cards than `coverage --floor` asks for."),
        "clock": WARNING.told("The lock, a file or another clock says that this computer's clock is wrong."),
        "foreign-file": WARNING.told("A file of somebody else in the folder of a release."),
        "newer-package": WARNING.told("A package in dist/ of a later lock than this one: whoever has it would keep what it says."),
        "no-git": WARNING.told("No git tells whether what is released is what is kept."),
        "no-notes": ERROR.told("A deck without a single card."),
        "no-release": WARNING.told("The package of the last release can neither be found nor be made again."),
        "unreadable-project": ERROR.told("What the preview cannot show for a reason that no card can mend."),
        "warnings-file": ERROR.told("`cards/warnings.json`, which counts the warnings that are known, cannot be read."),
    }),
}
# fmt: on
FINDINGS = {name: finding for group in GROUPS.values() for name, finding in group.findings.items()}
_GROUP_OF = {name: key for key, group in GROUPS.items() for name in group.findings}


def severity(name: str, *, second: bool = False) -> Severity:
    """How grave a finding of this name is, as a rule or in its second sort of cases."""
    finding = FINDINGS[name]
    return finding.second or finding.usual if second else finding.usual


def group_of(name: str) -> str:
    """The key of the group in which a finding stands."""
    return _GROUP_OF[name]


def rules() -> Iterator[tuple[str, FindingKind]]:
    """The findings that are rules, group by group."""
    return ((name, finding) for name, finding in FINDINGS.items() if finding.is_rule)
