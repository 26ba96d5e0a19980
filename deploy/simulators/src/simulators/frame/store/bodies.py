"""What Exchange does to an event's body: text becomes HTML, HTML is wrapped, and text is made of it when asked."""

import html
import re
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any

Json = dict[str, Any]

_META = '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
_OUTER = re.compile(
    r"^\s*(?:<!DOCTYPE[^>]*>)?\s*<html[^>]*>(?:\s*<head[^>]*>.*?</head>)?\s*", re.IGNORECASE | re.DOTALL
)
_TAIL = re.compile(r"\s*</html>\s*$", re.IGNORECASE)
_BODY = re.compile(r"^<body[^>]*>.*</body>$", re.IGNORECASE | re.DOTALL)
_PREVIEW = 255
_PLAIN_TEXT = '<div class="PlainText">'
_BREAKING = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4"})
_SILENT = frozenset({"head", "style", "script", "title"})


def stored(given: Json) -> str:
    """The HTML that is kept of a given body."""
    content = given.get("content") or ""
    if not content:
        return ""
    if given.get("contentType", "text") == "text":
        return _page(_from_text(content))
    inner = _TAIL.sub("", _OUTER.sub("", content)).strip()
    return _page(inner if _BODY.match(inner) else f"<body>\r\n{inner}\r\n</body>")


def appended(content: str, given: Json) -> Json:
    """The given body that is the stored one with another behind it."""
    more = given.get("content") or ""
    inner = html.escape(more, quote=False).replace("\n", "<br>\n") if given.get("contentType") == "text" else more
    before, end, after = content.rpartition("</body>")
    return {"contentType": "html", "content": f"{before}<div>{inner}</div>{end}{after}"}


def shown(content: str, *, text: bool) -> Json:
    """The body as it is answered."""
    if text:
        return {"contentType": "text", "content": to_text(content)}
    return {"contentType": "html", "content": content}


def preview(content: str) -> str:
    """`bodyPreview`: the first 255 characters of the text."""
    return to_text(content)[:_PREVIEW]


def to_text(content: str) -> str:
    """The text of the HTML, lines ended with CRLF."""
    return _text_of(content) if content else ""


@lru_cache(maxsize=4096)
def _text_of(content: str) -> str:
    reader = _Reader()
    reader.feed(content)
    lines = [line.strip() for line in "".join(reader.parts).split("\n")]
    return "\r\n".join(lines).strip()


def is_from_text(content: str) -> bool:
    """Whether the HTML was made of a text."""
    return _PLAIN_TEXT in content


def _from_text(content: str) -> str:
    lines = html.escape(content.replace("\r\n", "\n"), quote=False).split("\n")
    inner = "<br>\r\n".join(lines)
    styled = f'<font size="2"><span style="font-size:11pt;">{_PLAIN_TEXT}{inner}</div></span></font>'
    return f"<body>\r\n{styled}\r\n</body>"


def _page(body: str) -> str:
    return f"<html><head>\r\n{_META}</head>{body}</html>"


class _Reader(HTMLParser):
    """Collects text; elements that break a line give a line feed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin to skip what shows nothing; break the line."""
        del attrs
        self._silent += tag in _SILENT
        if tag == "br" or (tag in _BREAKING and self.parts and not self.parts[-1].endswith("\n")):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End what was skipped."""
        self._silent -= tag in _SILENT
        if tag in _BREAKING - {"br"} and self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep text; blanks and line ends of the source are one blank, none after a line break."""
        if self._silent:
            return
        words = re.sub(r"[ \t\r\n\f]+", " ", data)
        if self.parts and self.parts[-1].endswith("\n"):
            words = words.lstrip(" ")
        if words:
            self.parts.append(words)
