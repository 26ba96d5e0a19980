"""Cursors that no list gave: what somebody with a token may send instead (`with_foreign_cursors`)."""

import base64
import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

_DATE = {"$date": "2030-01-01T00:00:00+00:00"}
FOREIGN: tuple[bytes, ...] = (
    b"",
    b"{not json",
    b"\xff\xfe",
    b"[" * 1400,
    b"null",
    b"[]",
    b"{}",
    b"true",
    b"[1]",
    b"[1.5, null]",
    b"[NaN]",
    b'[[["a"]]]',
    b'[{"$gt": ""}]',
    b'["a", "b", "c", "d"]',
    b'["\\ud800"]',
    b'["2030-01-01T00:00:00Z", "\\udfff", "b"]',
    b'["2030-01-01T00:00:00", "a", "b"]',
    b'[1893456000, "a", "b"]',
    b"[9223372036854775808]",
    b'[18446744073709551616, "a"]',
    json.dumps([_DATE]).encode(),
    json.dumps([_DATE, "a", "b"]).encode(),
    json.dumps([{"$date": 5}]).encode(),
    json.dumps([{"$date": "x"}, "a"]).encode(),
)
"""Nested, of other types, with half of a surrogate pair, with integers past 64 bits, or no JSON at all."""


def encoded(text: bytes) -> str:
    """Return a text as a cursor holds it."""
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


_leaves: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.datetimes().map(str)
)
_json: st.SearchStrategy[Any] = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
_tuples: Callable[..., st.SearchStrategy[Any]] = st.tuples
_alike = st.lists(_leaves, max_size=3) | _tuples(st.datetimes().map(str), st.text(), st.text())
_tags = st.sampled_from(("", "links ", "conflicts ", "links"))
CURSORS = st.text(max_size=200) | st.tuples(_tags, _json | _alike).map(
    lambda made: encoded(made[0].encode() + json.dumps(made[1]).encode())
)
"""Any text, and any JSON as the text of a cursor, behind a list's name or none; half of a surrogate pair is written as
JSON escapes it.
"""
