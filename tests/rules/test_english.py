"""The one reader of English: its words, the clauses of a text, and what is read in them."""

from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

from deckbuilder import records, rules, source
from deckbuilder.anatomy.library import Library
from deckbuilder.reading.cues import Reader
from deckbuilder.reading.english import English, english, pattern, signs, whole
from deckbuilder.reading.lexicon import Lexicon, names_of
from deckbuilder.reading.statements import Statements
from deckbuilder.reading.tokens import holds, pieces, plain, sentences, spots, words

DECK = """\
- {region: thigh, name: Thigh}
- {bone: femur, name: Femur, region: thigh, landmarks: {linea-aspera: Linea aspera}}
- {bone: tibia, name: Tibia, region: thigh, landmarks: {tibial-tuberosity: Tibial tuberosity}}
- {joint: knee, name: Knee, region: thigh, bones: [femur, tibia]}
- {nerve: femoral, name: Femoral nerve, roots: [L2]}
- {muscle: vastus, name: Vastus, region: thigh, sources: book, origin: linea-aspera, insertion: tibial-tuberosity,
   actions: knee-extension, nerve: femoral}
- {muscle: gracilis, name: Gracilis, region: thigh, sources: book}
- {action: knee-extension, name: Knee extension, joint: knee, plane: sagittal, phrase: extends the knee,
   prime_movers: vastus, example: a kick, sources: book}
"""


@pytest.fixture(scope="module")
def library() -> Library:
    documents, unreadable = source.parse(source.File("cards/x.yaml", DECK))
    found, malformed = records.parse(documents)
    assert not unreadable + malformed
    return Library(found)


@pytest.fixture(scope="module")
def reader(library: Library) -> Reader:
    return Reader(library, Lexicon(names_of(library)))


@pytest.mark.parametrize(
    ("phrase", "said", "not_said"),
    [
        ("flex(es)", ["flex", "Flexes"], ["flexed", "reflex"]),
        ("(which|what) nerve", ["which nerve", "what nerve"], ["nerve"]),
        ("stretch*", ["stretch", "stretched"], ["outstretch"]),
        ("where does … end", ["where does it end", "where does the long head end"], ["where does end"]),
    ],
)
def test_a_phrase_of_the_words_is_found_as_its_notation_says(phrase: str, said: list[str], not_said: list[str]) -> None:
    found = whole([phrase])

    assert all(found.search(each) for each in said)
    assert not any(found.search(each) for each in not_said)


def test_a_text_in_which_a_relation_or_a_motion_stands_has_one_of_its_signs() -> None:
    phrases = [
        phrase for each in english().relations.values() for phrase in (*each.verbs, *each.phrases, *each.before_nerve)
    ]

    for phrase in phrases:
        for text in (re.sub(r"\([^()]*\)", "", phrase), re.sub(r"\(([^()|]*)[^()]*\)", r"\1", phrase)):
            assert not re.search(rf"\b(?:{pattern([phrase])})\b", text) or signs([phrase]) & {*words(text)}


@pytest.mark.parametrize(
    "wrong",
    [
        {"sides": {}},
        {"aside": {"never-a-divider"}},
        {"nonsense": ["word"]},
        {"denied": {"Not"}},
        {"asks": {"age": ["old"]}},
    ],
)
def test_words_that_do_not_fit_together_are_refused(wrong: dict[str, object]) -> None:
    given = english().model_dump()

    with pytest.raises(ValidationError):
        English.model_validate(given | wrong)


def test_clauses_end_at_marks_and_conjunctions_but_not_between_verbs_or_in_numbers(reader: Reader) -> None:
    found = reader.clauses("It flexes, abducts and turns the thigh, while 2.5 kg hang from it. It ends.")

    assert [each.text.strip() for each in found] == [
        "It flexes, abducts and turns the thigh",
        "2.5 kg hang from it",
        "It ends",
    ]
    assert [each.aside for each in found] == [False, True, False]


@pytest.mark.parametrize(
    ("text", "cues"),
    [
        ("It starts at the linea aspera", [("origin", "linea-aspera")]),
        (
            "It runs from the linea aspera to the tibial tuberosity",
            [("origin", "linea-aspera"), ("insertion", "tibial-tuberosity")],
        ),
        ("It is supplied by the femoral nerve", [("nerve", "femoral")]),
        ("It extends the knee", [("actions", "knee-extension")]),
        ("It is the prime mover of knee extension", [("leads", "knee-extension")]),
        ("It starts beside the linea aspera", []),
        ("The tibia is near", []),
    ],
)
def test_a_clause_says_what_its_relation_words_say(reader: Reader, text: str, cues: list[tuple[str, str]]) -> None:
    assert [(each.about, next(iter(each.ids))) for each in reader.read(text).cues] == cues


@pytest.mark.parametrize(
    "said", ["the upper fibers of gluteus", "Gluteus upper fibres", "The upper fibres of the gluteus"]
)
def test_a_british_author_names_the_same_thing(said: str) -> None:
    names = ("upper fibers of gluteus", "upper fibers of the gluteus", "gluteus upper fibers")
    lexicon = Lexicon(("muscle", "gluteus/upper-fibers", name) for name in names)

    assert lexicon.ids(said) == ["gluteus/upper-fibers"]


@pytest.mark.parametrize("word", ["not", "doesn’t", "never", "may", "another"])
def test_a_denial_is_one_for_every_rule(reader: Reader, library: Library, word: str) -> None:
    text = f"Vastus {word} starts at the linea aspera"
    told = Statements(library, reader).told([(library.of(records.Muscle)[0], ("why",), "vastus", text)])

    assert [each.denied for each in reader.read(text).cues] == [True]
    assert list(told) == []


def test_it_is_who_was_named_before(reader: Reader, library: Library) -> None:
    gracilis = library.get(records.Muscle, "gracilis")
    text = "Vastus is thick; it extends the knee. Gracilis and vastus meet; it is thin."

    told = Statements(library, reader).told([(gracilis, ("why",), "gracilis", text)])

    assert [(each.muscle.id, each.clause.text.strip()) for each in told] == [
        ("vastus", "Vastus is thick"),
        ("vastus", "it extends the knee"),
    ]


def test_what_is_marked_or_linked_is_read_as_it_looks() -> None:
    assert plain("the *inner*  [side](https://a.b)\nof it") == "the inner side of it"
    assert plain("as it was") == "as it was"
    assert sentences("One. Two? (Three)") == ("One.", "Two?", "(Three)")
    assert words("Don't stop at L4/L5") == ("don't", "stop", "at", "l4", "l5")


@pytest.mark.parametrize(
    "text", ["Poupart's ligament; L4/L5 (left)", "İ is a letter that becomes two", "", "naïve *œuvre*"]
)
def test_every_piece_of_a_text_stands_where_it_is_said_to(text: str) -> None:
    assert all(text[start:end].isalnum() for start, end in spots(text))
    assert [text[start:end].lower() for start, end in spots(text) if text.isascii()] == list(
        pieces(text) if text.isascii() else ()
    )


@pytest.mark.parametrize(
    ("text", "phrases", "found"),
    [
        ("It is the king of lifts", ("always", "the king of"), "the king of"),
        ("It is **always** so", ("always",), "always"),
        ("Sideways", ("side",), ""),
        ("40 % of it", ("%", "40 %"), "40 %"),
        ("", ("side",), ""),
        ("Any text", (), ""),
    ],
)
def test_a_phrase_is_held_as_whole_words(text: str, phrases: tuple[str, ...], found: str) -> None:
    assert holds(text, *phrases) == found


@pytest.mark.parametrize("text", ["It is thin", "The fibula is a bone", "Gracilis is strongest in the middle"])
def test_a_text_without_a_word_by_which_anything_is_said_says_nothing(reader: Reader, text: str) -> None:
    assert reader.says_nothing(text)
    assert reader.read(text).cues == ()


@pytest.mark.parametrize(
    "text",
    ["It reaches the tibia", "The medial one", "By its femoral nerve", "Of the anterior compartment", "To the knee"],
)
def test_a_word_for_an_end_a_side_or_a_nerve_may_say_something(reader: Reader, text: str) -> None:
    assert not reader.says_nothing(text)


@pytest.mark.parametrize(
    "text", ["".join(map(chr, range(128))).replace("'", ""), "The hip's_end: 2.4x, CO2-rich", "Fuß-Ende"]
)
def test_words_are_the_same_in_every_script(text: str) -> None:
    assert list(words(text)) == re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text.lower())


@pytest.mark.parametrize(
    "text", ["The femoral nerve", "İt has the femoral nerve", "Biceps femoris flexes the knee", "It"]
)
def test_a_kind_is_named_where_something_of_it_is_mentioned(library: Library, text: str) -> None:
    lexicon = Lexicon(names_of(library))

    for kind in ("nerve", "muscle", "action"):
        assert lexicon.names_any(text, kind) == bool(lexicon.mentions(text, kind))


def test_the_texts_that_hold_a_sign_are_found_in_their_order_and_each_once(library: Library) -> None:
    seen = rules.seen(library)
    signs = ("the", "nerve", "s.")

    found = seen.holding(*signs)

    assert 0 < len(found) < len(seen.texts)
    assert found == [each for each in seen.texts if any(sign in each[1].text.lower() for sign in signs)]
    assert seen.holding("no text says this") == []
