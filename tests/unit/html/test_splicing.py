"""F9: an edit of the text goes into the markup that is there; the provider's own block stays byte for byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.adapters.providers.html.dialects import EXCHANGE, GOOGLE, Dialect
from connector.adapters.providers.html.layout import read_html
from connector.adapters.providers.html.line_diff import changed, patched
from connector.adapters.providers.html.splice import spliced
from connector.adapters.providers.html.texts import plain
from tests.support.contents import texts

JOIN = "https://meet.example.com/j/1"
BLOCK = f"<div class='me-email-text'><a href='{JOIN}'>Join on your computer</a></div>"
MEETING = f"<html><body><div>Our agenda</div><br>{BLOCK}</body></html>"
MARKED_UP = (
    'Agenda:<br><ul><li>offer</li><li>price &amp; <b>terms</b></li></ul>see <a href="https://x.example">this</a>'
)
PARAGRAPHS = "<div>a</div><div><br></div><div><p>Hello <b>big</b> world</p>\r\n<p>Two</p></div>"
PIECES = ["<p>", "</p>", "<b>", "</b>", "<li>", "</ul>", "<br>", "a", "b ", "&lt;", "\n", f'<a href="{JOIN}">', "</a>"]
LINES = st.lists(st.sampled_from(["", "a", "b", "c", "  d"]), max_size=12)


@pytest.mark.parametrize(
    ("old", "new", "html"),
    [
        ("Our agenda", "Bring the offer\nOur agenda", f"<div>Bring the offer<br>Our agenda</div><br>{BLOCK}"),
        ("Our agenda", "Our <new> agenda", f"<div>Our &lt;new&gt; agenda</div><br>{BLOCK}"),
        ("Our agenda", "Our agenda\nmore", f"<div>Our agenda<br>more</div><br>{BLOCK}"),
        ("Join on", "x\nJoin on", f"<div>Our agenda</div><br>x<br>{BLOCK}"),
        ("/j/1>", "/j/1>\nbye", f"<div>Our agenda</div><br>{BLOCK}bye"),
        ("Our agenda\n\n", "", BLOCK),
    ],
    ids=["above", "within", "below", "between", "at the end", "deleted"],
)
def test_f9_the_join_block_stays_as_it_is(old: str, new: str, html: str) -> None:
    wanted = read_html(MEETING, EXCHANGE).replace(old, new)
    made = spliced(MEETING, wanted, EXCHANGE, join_url=JOIN)
    assert html in made
    assert read_html(made, EXCHANGE) == wanted


@pytest.mark.parametrize("wanted", ["", "all new", "all\nnew\n\n\nlines", "x\nOur agenda"])
def test_f9_the_join_block_stays_where_the_crm_deletes_its_text(wanted: str) -> None:
    made = spliced(MEETING, wanted, EXCHANGE, join_url=JOIN)
    assert BLOCK in made
    assert read_html(made, EXCHANGE).replace(f"Join on your computer <{JOIN}>", "").strip() == wanted


@pytest.mark.parametrize("dialect", [GOOGLE, EXCHANGE])
@pytest.mark.parametrize(
    ("html", "wanted", "left"),
    [
        ("if 2 &lt; 9<br>call", "new", "new"),
        ("<p>one</p><p>two</p>", "one", "<p>one</p>"),
        ("<div>one<br>two</div>", "one", "<div>one</div>"),
    ],
)
def test_f6_where_the_last_lines_go_no_empty_one_is_left(dialect: Dialect, html: str, wanted: str, left: str) -> None:
    assert spliced(html, wanted, dialect) == left


def test_f9_a_link_to_the_meeting_stays_without_a_class_that_tells_it() -> None:
    html = f"<p>Agenda</p><p><a href='{JOIN}'>Join</a></p>"
    assert f"<a href='{JOIN}'>Join</a>" in spliced(html, "new", EXCHANGE, join_url=JOIN)


@pytest.mark.parametrize(
    ("old", "new", "html"),
    [
        ("offer", "offers", MARKED_UP.replace("offer", "offers")),
        ("- offer\n", "", MARKED_UP.replace("<li>offer</li>", "")),
        ("- offer", "- offer\n- other", MARKED_UP.replace("offer", "offer<br>- other")),
        ("price", "a < b", MARKED_UP.replace("price", "a &lt; b")),
        ("terms", "time", MARKED_UP.replace("terms", "time")),
        ("\n- price & terms", "", MARKED_UP.replace("<li>price &amp; <b>terms</b></li>", "")),
        ("Agenda", "x\nAgenda", f"x<br>{MARKED_UP}"),
        ("example>", "example>\nend", f"{MARKED_UP}<br>end"),
        ("example>", "example>, or not", f"{MARKED_UP}, or not"),
        ("see this <https://x.example>", "none", MARKED_UP.partition("see")[0] + "none"),
    ],
)
def test_f9_googles_markup_stays_where_the_text_did_not_change(old: str, new: str, html: str) -> None:
    assert spliced(MARKED_UP, read_html(MARKED_UP, GOOGLE).replace(old, new), GOOGLE) == html


@pytest.mark.parametrize(
    ("old", "new", "html"),
    [
        ("big", "small", PARAGRAPHS.replace("big", "small")),
        ("Hello", "Hallo", PARAGRAPHS.replace("Hello", "Hallo")),
        ("Two", "Three\n\n  Four", PARAGRAPHS.replace("Two", "Three<br><br>&nbsp;&nbsp;Four")),
        ("\n\nTwo", "", PARAGRAPHS.replace("<p>Two</p>", "")),
    ],
)
def test_f9_the_markup_of_a_page_stays_where_the_text_did_not_change(old: str, new: str, html: str) -> None:
    made = spliced(PARAGRAPHS, read_html(PARAGRAPHS, EXCHANGE).replace(old, new), EXCHANGE)
    assert made.replace("\r\n", "") == html.replace("\r\n", "")


@pytest.mark.parametrize("dialect", [EXCHANGE, GOOGLE], ids=["exchange", "google"])
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=15), edits=LINES, text=texts)
def test_f6_f9_whatever_is_there_reads_as_what_was_wanted(
    dialect: Dialect, pieces: list[str], edits: list[str], text: str
) -> None:
    html = "".join(pieces)
    for wanted in (text, "\n".join(edits), f"{read_html(html, dialect)}\n{text}"):
        assert read_html(spliced(html, wanted, dialect), dialect) == plain(wanted)
    assert spliced(html, read_html(html, dialect), dialect) in {html, dialect.written(read_html(html, dialect))}


@given(old=LINES, new=LINES)
def test_the_changes_of_lines_lead_from_one_text_to_the_other(old: list[str], new: list[str]) -> None:
    assert patched(old, changed(old, new)) == new
