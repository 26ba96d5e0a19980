"""F6: HTML is read as the text that people see, whoever wrote it, and text is written so that it shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.adapters.providers.html.dialects import EXCHANGE, GOOGLE, Dialect
from connector.adapters.providers.html.layout import read_html
from connector.adapters.providers.html.texts import plain
from tests.support.contents import texts

BOTH = pytest.mark.parametrize("dialect", [EXCHANGE, GOOGLE], ids=["exchange", "google"])


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Agenda:<br><ul><li>offer</li><li>price &amp; terms</li></ul>", "Agenda:\n- offer\n- price & terms"),
        ("if a &lt; b then &lt;call&gt; Ben<br>line two", "if a < b then <call> Ben\nline two"),
        ("if a < b then <call> Ben\nline two", "if a < b then <call> Ben\nline two"),
        ("Ben <ben@x.example>, <https://x.example/a>, <mailto:a@b.example> 1<2 and <b", None),
        ("a <b and c > d <", None),
        ("two  blanks,&nbsp; three\n\n  four", "two  blanks,  three\n\n  four"),
        ('<a href="https://x.example/y">Join</a> now', "Join <https://x.example/y> now"),
        ('<a href="https://x.example/y">https://x.example/y</a>', "https://x.example/y"),
        (
            '<a href="https://x.example/1">1<a href="https://x.example/2">2',
            "1 <https://x.example/1>2 <https://x.example/2>",
        ),
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<ul>\n<li>x</li>\n<li>y</li>\n</ul>\nend", "- x\n- y\nend"),
        ("<span>one</span><br>\ntwo<o:p></o:p><!-- no -->", "one\ntwo"),
        ("<script>x()</script>seen<style>p {}</style>", "seen"),
        ("<b>unclosed", "unclosed"),
        ("\r\n one\r\ntwo \r", " one\ntwo"),
        ("", ""),
    ],
)
def test_f6_googles_descriptions_read_as_text(html: str, text: str | None) -> None:
    """A `<` that begins no tag of HTML is a `<`: plain text of other clients loses nothing."""
    assert read_html(html, GOOGLE) == (html if text is None else text)


@BOTH
@given(text=texts)
def test_f6_any_text_survives_there_and_back(dialect: Dialect, text: str) -> None:
    assert read_html(dialect.written(text), dialect) == plain(text)


@given(text=texts)
def test_f6_what_googles_editor_writes_for_line_ends_and_blanks_is_no_edit(text: str) -> None:
    edited = GOOGLE.written(text).replace("  ", " &nbsp;").replace("\n", "<br>")
    assert read_html(edited, GOOGLE) == plain(text)


@BOTH
@given(
    html=st.lists(
        st.sampled_from(["<p>", "</p>", "<a href='http://x'>", "</a>", "<", ">", "&lt;", "\n", " ", "x"]), max_size=40
    )
)
def test_what_is_read_is_a_fixed_point(dialect: Dialect, html: list[str]) -> None:
    text = read_html("".join(html), dialect)
    assert read_html(dialect.written(text), dialect) == text


@BOTH
def test_what_is_too_deep_is_read_all_the_same(dialect: Dialect) -> None:
    assert read_html("<div>" * 1500 + "seen" + "</div>" * 1000 + "<p>too", dialect) == "seen\n\ntoo"
