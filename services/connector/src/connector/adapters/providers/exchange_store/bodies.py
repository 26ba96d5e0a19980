"""Bodies of events: HTML at Exchange, which wraps and rewrites it, plain text with us (F6)."""

from connector.adapters.providers.html.dialects import EXCHANGE
from connector.adapters.providers.html.layout import read_html
from connector.adapters.providers.html.splice import spliced
from connector.adapters.providers.html.texts import plain


def text_of(content: str, *, html: bool) -> str:
    """Return the text of an event's body."""
    return read_html(content, EXCHANGE) if html else plain(content)


def html_of(text: str, there: str | None = None, *, join_url: str = "") -> str:
    """Return the HTML that reads as `plain(text)`.

    `there`: the HTML of an event that is there already; its markup stays, and the block by which guests join its
    online meeting: Exchange ends a meeting that loses it (F9).
    """
    return EXCHANGE.written(text) if there is None else spliced(there, text, EXCHANGE, join_url=join_url)
