"""Bodies of events: HTML at Exchange, which wraps and rewrites it, plain text with us (F6)."""

from collections.abc import Mapping
from typing import Any

from connector.adapters.providers.html.dialects import EXCHANGE
from connector.adapters.providers.html.layout import read_html
from connector.adapters.providers.html.splice import spliced
from connector.adapters.providers.html.texts import plain

Raw = Mapping[str, Any]


def read_body(raw: Raw) -> str:
    """Return the text of an event's body."""
    content = _content(raw)
    return read_html(content, EXCHANGE) if _is_html(raw) else plain(content)


def write_body(text: str, there: Raw | None = None) -> dict[str, Any]:
    """Return the body that reads as `plain(text)`: HTML, since Exchange makes that of everything else anyway.

    Of an event that is there already its markup stays, and the block by which guests join its online meeting: Exchange
    ends a meeting that loses it (F9).
    """
    if there is not None and _is_html(there):
        content = spliced(_content(there), text, EXCHANGE, join_url=join_url(there))
    else:
        content = EXCHANGE.written(text)
    return {"body": {"contentType": "html", "content": content}}


def join_url(raw: Raw) -> str:
    """Return where the event's online meeting is joined; empty where there is none."""
    return str((raw.get("onlineMeeting") or {}).get("joinUrl") or raw.get("onlineMeetingUrl") or "")


def _content(raw: Raw) -> str:
    return str((raw.get("body") or {}).get("content") or "")


def _is_html(raw: Raw) -> bool:
    return str((raw.get("body") or {}).get("contentType")).lower() == "html"
