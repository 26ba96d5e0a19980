"""How a provider's HTML is to be read: what of it is markup, and whether blanks count."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml.html import defs

from connector.adapters.providers.html.texts import escaped, hardened, plain

_ELEMENTS: Final = defs.tags | {"main", "nobr"}
_TAG = re.compile(r"<(?:/?([a-zA-Z][a-zA-Z0-9]*(?::[a-zA-Z]+)?)(?=[\s/>])([^<>]*)|![^<>]*)>")


@dataclass(frozen=True)
class Dialect:
    """`keeps_blanks`: line ends and blanks count as they are. `strict`: only what HTML knows is a tag."""

    keeps_blanks: bool
    strict: bool

    def tags(self, source: str) -> Iterator[re.Match[str]]:
        """Yield the tags of a source, the `<` of each once: time in proportion to its size."""
        return (tag for tag in _TAG.finditer(source) if not self.strict or _is_known(tag[1], tag[2] or ""))

    def encoded(self, text: str, *, at_start: bool = True) -> str:
        """Return a text without line ends as HTML."""
        return escaped(text if self.keeps_blanks else hardened(text, at_start=at_start))

    def written(self, text: str) -> str:
        """Return the HTML that reads as `plain(text)`."""
        line_end = "\n" if self.keeps_blanks else "<br>"
        return line_end.join(self.encoded(line) for line in plain(text).split("\n"))


def _is_known(name: str | None, attributes: str) -> bool:
    """Whether a tag is one of HTML's, of Office's own (`o:p`), or a comment; `a <b and c> d` has none."""
    if name is None or ":" in name:
        return True
    return name.lower() in _ELEMENTS and ("=" in attributes or not attributes.strip(" \t\r\n/"))


EXCHANGE: Final = Dialect(keeps_blanks=False, strict=False)
"""A page of HTML."""

GOOGLE: Final = Dialect(keeps_blanks=True, strict=True)
"""Text with tags in it: a line end is one, and a `<` that begins no tag of HTML is a `<`, since other clients write
plain text there and none of it may get lost."""
