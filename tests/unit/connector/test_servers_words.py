"""What a server says of an error reaches a user's `last_problem` as its own word: short, and text alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.adapters.providers.ews.errors import failure
from connector.adapters.providers.wire import servers_words, slug


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("", ""),
        (" \x00\r\n", ""),
        ("Access is denied.", "the server says: “Access is denied.”"),
        ("<html><b>Bad</b> gateway</html>", "the server says: “Bad gateway”"),
        ("a <script src=x\nb", "the server says: “a script src=x b”"),
        ("one\x1b[31m\ntwo\u202eeno", "the server says: “one [31m two eno”"),
        ("long " * 99, f"the server says: “{('long ' * 99)[:199].rstrip()}…”"),
    ],
)
def test_l2_a_servers_words_are_marked_as_its_own(message: str, shown: str) -> None:
    assert servers_words(message) == shown


@given(st.text(max_size=6_000))
def test_l2_whatever_a_server_says_one_short_line_is_shown(message: str) -> None:
    shown = servers_words(message)
    assert len(shown) <= 230
    assert shown.isprintable()
    assert not set(shown) & set("<>")


@given(st.text(max_size=200))
def test_l2_a_servers_code_is_a_word(code: str) -> None:
    assert len(slug(code)) <= 64
    assert set(slug(code)) <= set("abcdefghijklmnopqrstuvwxyz0123456789_.")


def test_l2_exchanges_own_message_is_told_as_the_servers() -> None:
    assert failure("ErrorSomethingNew", "Look <a href='x'>here</a>").detail == "the server says: “Look here”"
