"""Bodies (F6): any text survives the way into Exchange's HTML and back; what people write reads as it shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.adapters.providers.graph.events.bodies import read_body, write_body
from connector.adapters.providers.html.texts import plain

PIECES = [
    "a",
    "é",
    "🍜",
    "שלום",
    "\u202e",
    "\r\n",
    "\r",
    "\n",
    " ",
    "  ",
    "\t",
    "\u00a0",
    "<b>",
    "&amp;",
    "&",
    "\x0b",
    "- ",
]
HEAD = '<html><head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head>'
texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
    st.lists(st.sampled_from(PIECES), max_size=25).map("".join),
)


def html(content: str) -> str:
    return read_body({"body": {"contentType": "html", "content": content}})


@given(texts)
def test_f6_any_text_survives_there_and_back(text: str) -> None:
    content = write_body(text)["body"]["content"]
    assert html(content) == plain(text)
    assert html(f"{HEAD}<body>\r\n{content}\r\n</body></html>") == plain(text)


@given(texts)
def test_what_a_body_can_hold_is_a_fixed_point(text: str) -> None:
    assert plain(plain(text)) == plain(text)


def test_f6_eight_kilobytes_survive() -> None:
    text = "Long 🍜 line\n" * 700
    assert html(write_body(text)["body"]["content"]) == plain(text)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("<div>a<br></div><div>b</div>", "a\nb"),
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ('<p class="MsoNormal">One</p><p class="MsoNormal">Two</p>', "One\nTwo"),
        ("<ul><li>x</li><li>y</li></ul>", "- x\n- y"),
        ("<b>bold</b>, <i>slanted</i>", "bold, slanted"),
        ("a \r\n   b", "a b"),
        ("<pre>a  b\r\n  c</pre>d", "a  b\n  c\nd"),
        ("<style>p {}</style><script>x()</script>seen", "seen"),
        ("<!-- converted from text -->seen", "seen"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1  2\n3"),
        ('<a href="https://x.example/y">Join</a> now', "Join <https://x.example/y> now"),
        ('<a href="https://x.example/y">https://x.example/y</a>', "https://x.example/y"),
        ('<a href="javascript:x()">no</a>', "no"),
        ("1 &lt; 2 &amp;&nbsp;&nbsp;3", "1 < 2 &  3"),
        ("<p>unclosed <b>everywhere", "unclosed everywhere"),
        ("", ""),
    ],
)
def test_what_people_write_reads_as_it_shows(content: str, text: str) -> None:
    assert html(content) == text


def test_a_body_of_text_is_taken_as_it_is() -> None:
    assert read_body({"body": {"contentType": "text", "content": "<b>\r\n1"}}) == "<b>\n1"
    assert read_body({}) == ""


def test_f6_what_html_forbids_is_left_out() -> None:
    assert plain("a\x85b\x00c\x9f") == "abc"


def test_f9_a_changed_text_goes_into_the_body_that_is_there_and_the_join_block_stays() -> None:
    block = "<div class='me-email-text'><a href='https://meet.example.com/j/1'>Join on your computer</a></div>"
    content = f"<html><body><div>Our agenda</div><br>{block}</body></html>"
    there = {
        "body": {"contentType": "html", "content": content},
        "onlineMeeting": {"joinUrl": "https://meet.example.com/j/1"},
    }
    wanted = f"Bring the offer\n{read_body(there)}"
    body = write_body(wanted, there)["body"]
    assert body["content"] == content.replace("<div>Our", "<div>Bring the offer<br>Our")
    assert read_body({"body": body}) == wanted
    assert block in write_body("all new", there)["body"]["content"]
