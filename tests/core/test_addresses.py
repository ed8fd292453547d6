"""Links on cards lead where their author meant: every part is escaped, and a report says which card it is about."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from support.author import Author
from support.judge import Anki

from deckbuilder import records, source
from deckbuilder.core import addresses

DECK, BODY = "cards/deck.yaml", "cards/vocabulary/body.yaml"


class Links(HTMLParser):
    """The addresses behind the links of a page, by their words, as a browser reads them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._at = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._at = dict(attrs).get("href") or ""

    def handle_data(self, data: str) -> None:
        if self._at:
            self.found.setdefault(data, self._at)

    def handle_endtag(self, tag: str) -> None:
        self._at = "" if tag == "a" else self._at


def reported(author: Author, anki: Anki, address: str) -> str:
    """Where the first card of the brachialis leads whoever reports a mistake in it, in real Anki."""
    author.edit(DECK, "curriculum:", f"report_url: '{address}'\ncurriculum:")
    anki.imports(author.build().path)
    guid = author.guid("muscle/brachialis")
    (back,) = [side[4] for side in anki.rendered() if side[0] == guid and side[1] == 0]
    return Links(back).found["Report an error"]


def test_a_report_to_a_plain_page_names_the_card_in_its_query(author: Author, anki: Anki) -> None:
    found = urlsplit(reported(author, anki, "https://example.org/report?deck=arm&x=a%20b#form"))

    assert parse_qs(found.query) == {"deck": ["arm"], "x": ["a b"], "card": ["action"], "note": ["muscle/brachialis"]}
    assert (found.netloc, found.path, found.fragment) == ("example.org", "/report", "form")


@pytest.mark.parametrize(
    ("address", "subject", "others"),
    [
        ("mailto:me@example.org", "muscle/brachialis (action)", {}),
        ("mailto:me@example.org?subject=Arm+deck: ü&cc=b@example.org", "Arm+deck: ü muscle/brachialis (action)", {"cc": "b@example.org"}),
        ("mailto:me@example.org?body=Hello", "muscle/brachialis (action)", {"body": "Hello"}),
    ],
)  # fmt: skip
def test_a_report_by_mail_names_the_card_in_its_subject(
    author: Author, anki: Anki, address: str, subject: str, others: dict[str, str]
) -> None:
    found = urlsplit(reported(author, anki, address.replace(" ", "%20")))

    headers = dict(each.split("=", 1) for each in found.query.split("&"))  # a plus in a mail's address is a plus
    assert {name: unquote(text) for name, text in headers.items()} == {"subject": subject} | others
    assert (found.scheme, found.path) == ("mailto", "me@example.org")


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("https://github.com/me/deck/issues/new?template=card.yml&labels=card#top", "title"),
        ("https://codeberg.org/me/deck/issues/new", "title"),
        ("https://gitlab.com/me/deck/-/issues/new", "issue[title]"),
    ],
)
def test_a_report_in_an_issue_tracker_has_the_card_as_its_title(
    author: Author, anki: Anki, address: str, field: str
) -> None:
    found, given = urlsplit(reported(author, anki, address)), urlsplit(address)

    assert parse_qs(found.query) == parse_qs(given.query) | {field: ["muscle/brachialis (action)"]}
    assert (found.path, found.fragment) == (given.path, given.fragment)


def test_a_report_fills_in_a_form_where_its_address_says(author: Author, anki: Anki) -> None:
    found = reported(author, anki, "https://forms.example/d?entry.1={note}&entry.2={card}&x={y}")

    assert parse_qs(urlsplit(found).query) == {"entry.1": ["muscle/brachialis"], "entry.2": ["action"], "x": ["{y}"]}


def test_a_deck_tells_where_to_report_without_a_card(author: Author) -> None:
    assert addresses.bare("https://forms.example/d?entry.1={note}") == "https://forms.example/d?entry.1="


@pytest.mark.parametrize(
    "doi", ["10.1000/abc#", "10.1000/(sici)1<1::aid>3.0.co;2-#", "10.1000/a?b&c=d", '10.1000/ü%x"y']
)
def test_a_doi_of_any_form_leads_to_itself(author: Author, anki: Anki, doi: str) -> None:
    author.edit(BODY, "  url: https://openstax.org/details/books/anatomy-and-physiology-2e\n", f"  doi: '{doi}'\n")
    anki.imports(author.build().path)

    links = {href for side in anki.rendered() for href in Links(side[4]).found.values()}

    (link,) = {each for each in links if "doi.org" in each}
    parts = urlsplit(link)
    assert unquote(parts.path) == f"/{doi}" and not parts.query and not parts.fragment
    assert link.isascii() and not set(link) & set('<>"')


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://müskel.example/ö?ä=ü#ß", "https://xn--mskel-kva.example/%C3%B6?%C3%A4=%C3%BC#%C3%9F"),
        ("https://straße.example:8080/", "https://xn--strae-oqa.example:8080/"),
        ("http://例え.jp", "http://xn--r8jz45g.jp"),
        ("https://[::1]/a\"b'<c>", "https://[::1]/a%22b'%3Cc%3E"),
        ("https://a.example/%7Ex%zz?q=%23#%41", "https://a.example/%7Ex%25zz?q=%23#%41"),
        ("https://me@a.example/x_(y)", "https://me@a.example/x_(y)"),
    ],
)
def test_every_part_of_an_address_is_escaped_in_its_own_way_and_once(address: str, link: str) -> None:
    assert addresses.link(address) == link
    assert addresses.link(link) == link


@pytest.mark.parametrize(
    "url", ["https://", "https://:80", "https://[", "https://a.example:port/", "https://ü..x/", "http://a<b/"]
)
def test_an_address_that_leads_nowhere_is_told(url: str) -> None:
    text = f"source: a\ntitle: A book\nread: all\nurl: '{url}'\n"
    documents, faults = source.parse(source.File("cards/a.yaml", text))

    (told,) = [*faults, *records.parse(documents)[1]]

    assert told.rule == "wrong-form" and told.location.line == 4 and url in told.message


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://a.example", "mailto:x", "mailto:", "data:text/html,x", "//a.example"]
)
def test_reports_go_to_pages_and_mail_only(author: Author, url: str) -> None:
    author.edit(DECK, "curriculum:", f"report_url: '{url}'\ncurriculum:")

    assert [each.rule for each in author.check()] == ["wrong-form"]
