"""What is asked: one thing, in few words that stand alone, with one right answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deckbuilder.core.patterns import regex
from deckbuilder.reading.tokens import holds, plain, sentences
from deckbuilder.records import Concept, Question
from deckbuilder.rules import lookalike
from deckbuilder.rules.fronts import Alone, openings
from deckbuilder.rules.rule import Found, Seen, rule

_CHOOSES = regex(
    r"(?:true or false|right or wrong|is|are|was|were|does|do|did|can|could|has|have|will|would|should|may|might)\b",
    re.IGNORECASE,
)
_YES_OR_NO = regex(r"(?:yes|no|true|false)\b", re.IGNORECASE)
_POINTS = regex(
    r"(?:It|They|He|She|Its|Their|His|Her|Them|(?:This|These|That|Those)(?= (?:is|are|does|do|can|has|have)\b))\b"
)
# 'It is said that', 'It takes': nothing is meant by 'it'.
_EMPTY_IT = regex(
    r"It (?:takes|seems|appears|helps|matters|depends|(?:is|was) (?:\w+ )?\w+ (?:that|to|for|when|whether))\b"
)
_ASKED_OF_IT = regex(
    r"(?:(?:from |to |on |at |in )?(?:what|where|how|why|when|which \w+) (?:is|are|was|does|do|did|can|has|have)|which \w+ \w+|name)"
    r" (it|they|them|its|their|(?:this|these|the) (?:muscles?|nerves?|joints?|bones?|one|ones)"
    r"|the (?:origins?|insertions?|actions?|functions?|nerve|innervation)(?=\?|$))(?!\w)",
    re.IGNORECASE,
)
_ASKS = r"(?:what|which|where|how|who|whom|whose|why|when)"
_AND_ASKS = regex(
    rf"(?:\band|\bor|;)\s+(?:also\s+|then\s+|in\s+|by\s+|from\s+|at\s+|on\s+|to\s+)?({_ASKS})\b", re.IGNORECASE
)
_OPENS_ASKING = regex(rf"(?:.*[,:] )?(?:(?:in|by|from|at|on|to|with|of|for) )?{_ASKS}\b", re.IGNORECASE)
_FACT = (
    r"(?:origins?|insertions?|actions?|functions?|nerves?|innervations?|nerve supply|blood supply|attachments?|roots)"
)
_TWO_FACTS = regex(
    rf"^(?:(?:what (?:is|are)|name|give|state|list)\s+)?(?:the\s+)?({_FACT}(?:,\s*(?:the\s+)?{_FACT})*,?\s*(?:and|&|\+|/)\s*(?:the\s+)?{_FACT})\s+"
    r"(?:of|for|to)\b",
    re.IGNORECASE,
)
_ORDER = regex(
    r"(?:describe|discuss|explain|outline|elaborate on|summari[sz]e|comment on|talk about|write about)\b"
    r"|why (?:is|are) [^?]*\bimportant\b",
    re.IGNORECASE,
)
_CHOICE_STEM = regex(r"\b(?:which|what|who|whose|name|choose|select|pick|find)\b", re.IGNORECASE)
_NEGATIVE = regex(
    r"(?<!\bat )(?<!\bor )(?<!\bif )(?<!\bwhy )\b(not(?! only\b)|except(?:ion)?|least|cannot|\w+n['’]t|never|false|incorrect|untrue)\b",
    re.IGNORECASE,
)
_ALL_BUT = regex(r"except|least", re.IGNORECASE)
_FEW = 2
_QUOTED = regex(r"\"[^\"]*\"|“[^”]*”|(?<!\w)['‘][^'’]*['’](?!\w)")
_STRESSED = regex(r"[*_]{1,3}[^*_]*$")


@rule()
def yes_no(seen: Seen) -> Iterator[Found]:
    """A question that is answered with yes or no.

    Why: a guess is right half of the time, and nothing is retrieved. Claims are exempt: their reason is graded.
    Source: M. Nielsen, Augmenting long-term memory.

    Bad:
        ask: Does the long head of biceps femoris cross the hip?
        answer: Yes

    Good:
        ask: Which joints does the long head of biceps femoris cross?
        answer: Hip and knee
    """
    for record, asked in seen.asked:
        last = next(
            (each for each in reversed(sentences(asked.front.text)) if each.endswith("?")), plain(asked.front.text)
        )
        if _CHOOSES.match(last) and any(_YES_OR_NO.match(each.text) for each in asked.answers):
            message = "the answer is yes or no, and a guess is right half of the time"
            yield Found(record, asked.front.path, message, "ask which, where or what instead")


@rule()
def dangling_opening(seen: Seen) -> Iterator[Found]:
    """A front that points at something it does not name: it opens with 'it' or 'they', or asks of 'it' and names nothing.

    Why: a card is met alone, weeks later and among hundreds of others.

    Bad:
        ask: Where does it insert?

    Good:
        ask: Where does teres major insert?
    """
    for each in openings(seen):
        if each.named:
            continue
        text = plain(each.said.text)
        opens = _POINTS.match(text)
        if opens and not _EMPTY_IT.match(text):
            message = f"the card opens with '{opens[0]}', and nothing before it says what is meant"
            yield Found(
                each.record, each.said.path, message, f"write the name in the place of '{opens[0]}'", word=opens[0]
            )
        elif each.sort == "question" and (asks := _ASKED_OF_IT.match(text)) and not seen.lexicon.mentions(text):
            word = asks[1]
            message = f"the question asks of '{word}', and names no muscle, bone, joint or movement"
            yield Found(each.record, each.said.path, message, f"write the name in the place of '{word}'", word=word)


@rule()
def two_questions(seen: Seen) -> Iterator[Found]:
    """A front that asks two things: two question marks, 'and where', or 'origin and nerve of'. A warning where 'and which'
    may belong to one question.

    Why: a half right answer cannot be graded, so that the half that was known is learned again and again.
    Source: P. Wozniak, Twenty rules of formulating knowledge, rule 4: minimum information.

    Bad:
        ask: Where does sartorius start, and which nerve supplies it?

    Good:
        ask: Which nerve supplies sartorius?
    """
    help = "make two cards of it, or ask for the one that matters"
    for each in openings(seen):
        found = _second(_QUOTED.sub("…", plain(each.said.text))) if each.sort != "cloze" else None
        if found:
            message, word, grave = found
            yield Found(each.record, each.said.path, message, help, grave=grave, word=word)


def _second(text: str) -> tuple[str, str, bool] | None:
    """What else is asked, the words that ask it, and whether it is clear. What a client asks is taken out of the text."""
    asking = [one for one in sentences(text) if one.rstrip("\"'”’").endswith("?")]
    if len(asking) > 1:
        return f"the card asks {len(asking)} questions", asking[1], True
    if facts := next((found for one in sentences(text) if (found := _TWO_FACTS.match(one))), None):
        return f"the card asks two things, '{facts[1]}'", facts[1], True
    second = _AND_ASKS.search(asking[0]) if asking else None
    if second and _OPENS_ASKING.match(asking[0][: second.start()]):
        word = second[0].strip(" ,;")
        return f"the card asks a second thing with '{word}'", word, _is_clear(asking[0], second)
    return None


def _is_clear(sentence: str, second: re.Match[str]) -> bool:
    """Whether 'and which' asks a second thing for certain: 'where and on which side' may be one question."""
    before = sentence[: second.start()].split()
    return second[0][0] == "a" and "between" not in sentence and len(before) > _FEW


@rule()
def vague_stem(seen: Seen) -> Iterator[Found]:
    """A question to which many answers are right: 'describe', 'what is the role of', 'tell me about'.

    Why: each time another answer comes to mind, and none can be called wrong.
    Source: A. Matuschak, How to write good prompts: a prompt is precise and consistent.

    Bad:
        ask: What is the role of psoas major?

    Good:
        ask: Of which hip movement is psoas major a prime mover?
    """
    vague = seen.words("vague")
    for each in openings(seen):
        if each.sort != "question":
            continue
        for sentence in sentences(each.said.text):
            order = _ORDER.match(sentence)
            word = order[0] if order else holds(sentence, *vague)
            if word:
                message = f"'{word}' can be answered in many ways"
                help = "ask for the one thing to be known: which muscle, which movement, which side, how many"
                yield Found(each.record, each.said.path, message, help, word=word)
                break


@rule()
def negative_stem(seen: Seen) -> Iterator[Found]:
    """A question for what is not so: 'which is not', 'except', 'least'. Grave among options where the word is not stressed.

    Why: a reader in haste skips the 'not', and the card rehearses the wrong facts.

    Bad:
        ask: Which of these is not a hamstring?

    Good:
        ask: Which three muscles are the hamstrings?
    """
    for each in openings(seen):
        if each.sort == "question" and isinstance(each.record, Question | Concept):
            yield from _negated(each, " ".join(each.said.text.split()))


def _negated(each: Alone, typed: str) -> Iterator[Found]:
    """The word that turns a question, in its last sentence."""
    found = next((word for sentence in sentences(typed)[-1:] if (word := _negation(sentence))), "")
    if not found:
        return
    stressed = found.isupper() or _stressed(typed, found)
    options = isinstance(each.record, Question) and bool(each.record.options)
    asked = f"asks for what is {found.lower()} so" if found.lower() == "not" else f"turns on '{found}'"
    help = "ask for what is so" if stressed else f"ask for what is so; if it must stay, stress it: **{found.lower()}**"
    yield Found(each.record, each.said.path, f"the question {asked}", help, grave=options and not stressed, word=found)


def _negation(sentence: str) -> str:
    """The first word by which a question asks for what is not so: 'not' behind 'which', 'except' anywhere."""
    first = _CHOICE_STEM.search(sentence)
    if not first:
        return ""
    every = _NEGATIVE.finditer(sentence)
    return next((one[0] for one in every if one.start() > first.start() or _ALL_BUT.match(one[0])), "")


def _stressed(typed: str, word: str) -> bool:
    """Whether a word stands between marks of Markdown."""
    at = typed.rfind(word)
    return bool(_STRESSED.search(typed[:at])) and typed[at + len(word) :][:1] in ("*", "_", "")


@rule()
def long_front(seen: Seen) -> Iterator[Found]:
    """A question that is read rather than answered: by characters and words for one sentence, by characters for a case.

    Why: at 390 pixels a phone shows about 37 characters a line; what has to be read again at every review is not
    recalled. The limits are judgment: `front-characters`, `front-words`, `vignette-characters` in a `rules` record.
    Source: P. Wozniak, Twenty rules of formulating knowledge, rule 12: optimize wording.

    Bad:
        ask: In anatomy, when one looks at the thigh of a standing person from behind, which one of the muscles that are
          found there is the one that forms the hamstring on the lateral side?

    Good:
        ask: Which muscle forms the lateral hamstring?
    """
    for each in openings(seen):
        text = plain(each.said.text)
        case = len(sentences(text)) > 1 or each.sort == "cloze"
        usual = seen.limit("vignette-characters" if case else "front-characters")
        grave = seen.limit("vignette-characters-grave" if case else "front-characters-grave")
        count, most = len(text.split()), seen.limit("front-words")
        if len(text) > usual:
            message = f"the front has {len(text)} characters, and {usual:g} are easily read"
        elif count > most and not case:
            message = f"the front has {count} words, and {most:g} are easily read"
        else:
            continue
        help = (
            "leave out what the answer does not need"
            if case
            else "leave out what the answer does not need, or make two sentences"
        )
        yield Found(each.record, each.said.path, message, help, grave=len(text) > grave)


@rule(scope="all")
def look_alike_front(seen: Seen) -> Iterator[Found]:
    """Two fronts that cannot be told apart, with different answers. Grave where they are equal: one name for two muscles,
    movements or terms, two groups of the same members, one comparison twice, a sentence with the same words around its gaps.

    Why: one cue with two answers makes both of them fail, however often they are reviewed.
    Source: P. Wozniak, Twenty rules of formulating knowledge, rule 11: combat interference.

    Bad:
        - {question: upper, ask: What inserts on the greater trochanter?, answer: gluteus medius}
        - {question: lower, ask: What inserts on the greater trochanter?, answer: piriformis}

    Good:
        - {question: upper, ask: Which gluteal muscle inserts on the lateral facet of the greater trochanter?, answer: gluteus medius}
        - {question: lower, ask: Which muscle from the sacrum inserts on the greater trochanter?, answer: piriformis}
    """
    yield from lookalike.equal(seen)
    yield from lookalike.near(seen, seen.limit("look-alike"))
