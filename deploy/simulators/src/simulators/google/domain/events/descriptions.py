"""Descriptions in Google Calendar's own page: its editor writes HTML, and what is there is shown as HTML.

The API keeps a description as it is given: a `<word>` that somebody sends unescaped is taken for a tag here, not seen.
"""

import html
import re
from typing import Any

from simulators.frame.domain.markup import is_markup

Json = dict[str, Any]

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_BREAK = re.compile(r"<br[^<>]*>|</?(?:p|div|ul|ol|h[1-6])\b[^<>]*>|</li>", re.IGNORECASE)
_ITEM = re.compile(r"<li\b[^<>]*>", re.IGNORECASE)


def typed(event: Json) -> Json:
    """Return an event as the editor sends it: what a person types in HTML; what is HTML already stays."""
    text = event.get("description")
    if not text or is_markup(text):
        return event
    return event | {"description": html.escape(text, quote=False).replace("\n", "<br>")}


def seen(event: Json) -> Json:
    """Return an event as the page shows it; `html` is the description as the API has it."""
    given = event.get("description")
    if not given:
        return event
    lines = _ITEM.sub("- ", _BREAK.sub("\n", given))
    text = html.unescape(_TAG.sub("", lines)).replace("\u00a0", " ")
    return event | {"description": text, "html": given}
