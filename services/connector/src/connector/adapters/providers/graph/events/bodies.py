"""Bodies of events in Graph's rows."""

from collections.abc import Mapping
from typing import Any

from connector.adapters.providers.exchange_store.bodies import html_of, text_of

Raw = Mapping[str, Any]


def read_body(raw: Raw) -> str:
    """Return the text of an event's body."""
    return text_of(_content(raw), html=_is_html(raw))


def write_body(text: str, there: Raw | None = None) -> dict[str, Any]:
    """Return the body that reads as `plain(text)`: HTML, since Exchange makes that of everything else anyway.

    `there`: the event as it is, whose markup stays (F9).
    """
    if there is not None and _is_html(there):
        content = html_of(text, _content(there), join_url=join_url(there))
    else:
        content = html_of(text)
    return {"body": {"contentType": "html", "content": content}}


def join_url(raw: Raw) -> str:
    """Return where the event's online meeting is joined; empty where there is none."""
    return str((raw.get("onlineMeeting") or {}).get("joinUrl") or raw.get("onlineMeetingUrl") or "")


def _content(raw: Raw) -> str:
    return str((raw.get("body") or {}).get("content") or "")


def _is_html(raw: Raw) -> bool:
    return str((raw.get("body") or {}).get("contentType")).lower() == "html"
