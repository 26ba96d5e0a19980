"""Ids, bodies, query options and headers, by themselves."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.frame.store import bodies, ids
from simulators.frame.store.errors import StoreError
from simulators.microsoft.domain.lists import options
from simulators.microsoft.domain.push.endpoints import Endpoint, Health

_KEYS = st.binary(min_size=16, max_size=16).map(bytes.hex)
_DAYS = st.none() | st.dates(date(1, 1, 2)).map(date.isoformat)


@given(_KEYS, _KEYS, _DAYS)
def test_ids_there_and_back(key: str, folder: str, day: str | None) -> None:
    """Only the default id knows the folder; both know the occurrence."""
    ref = ids.Ref(key, day)
    default, immutable = (ids.item_id(ref, folder, immutable=one) for one in (False, True))
    assert ids.parse(default) == ids.Ref(key, day, folder)
    assert ids.parse(immutable) == ref
    assert default != immutable
    assert default.endswith("=")
    assert immutable.endswith("=")


@given(st.text() | st.binary().map(ids._text))
def test_what_is_no_id(text: str) -> None:
    ref = ids.parse(text)
    assert ref is None or ids.item_id(ref, ref.folder or "", immutable=ref.folder is None) == text


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1))
def test_text_comes_back(word: str) -> None:
    kept = bodies.stored({"contentType": "text", "content": f"{word}\n{word}"})
    assert bodies.to_text(kept) == f"{word}\r\n{word}"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\r\ntwo"),
        ("a<br>b<br/>c", "a\r\nb\r\nc"),
        ("<html><head><style>p {}</style></head><body>  x &amp; y  </body></html>", "x & y"),
        ("<div>a <b>b</b>\n c</div>", "a b c"),
        ("<ul><li>1</li><li>2</li></ul>", "1\r\n2"),
        ("", ""),
    ],
)
def test_html_as_text(html: str, text: str) -> None:
    kept = bodies.stored({"contentType": "html", "content": html})
    assert bodies.to_text(kept) == text
    assert bodies.stored({"contentType": "html", "content": kept}) == kept


def test_prefer_headers() -> None:
    """RFC 7240: several headers, several preferences in one, quotes or none."""
    read = options.prefer(['IdType="ImmutableId", outlook.timezone="Europe/Berlin"', "odata.maxpagesize=5, other"])
    assert (read.immutable, read.zone, read.page_size, read.text) == (True, "Europe/Berlin", 5, False)
    assert options.prefer([]) == options.Prefer()
    with pytest.raises(StoreError):
        options.prefer(['outlook.timezone="Mars/Base"'])


def test_expand() -> None:
    name = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name a, (b)"
    text = f"exceptionOccurrences,singleValueExtendedProperties($filter=id eq '{name}' or id eq 'x')"
    read = options.parse({"$expand": text})
    assert (read.exceptions, read.properties) == (True, (name, "x"))


_NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("slow", "very_slow", "health"),
    [(0, 0, Health.GOOD), (1, 0, Health.GOOD), (2, 0, Health.SLOW), (0, 1, Health.GOOD), (0, 2, Health.DROP)],
)
def test_slow_addresses(slow: int, very_slow: int, health: Health) -> None:
    """Facts 2.1: more than a tenth over three seconds, more than fifteen hundredths over ten."""
    endpoint = Endpoint()
    answers = [3.5] * slow + [11.0] * very_slow
    for seconds in [0.1] * (10 - len(answers)) + answers:
        endpoint.note(_NOW, seconds)
    assert endpoint.health(_NOW) is health
    assert endpoint.health(_NOW + timedelta(minutes=11)) is Health.GOOD
