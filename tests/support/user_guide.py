"""Writes the user guide's text as the page that the connector serves (`make docs`).

One text, docs/user-guide*.md: read in the repository with its screenshots, and at `/calendar-sync/help` without them,
by who has the pages themselves before his eyes.
"""

import re
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt

from chassis.pages.language import LANGUAGES

_ROOT: Final = Path(__file__).parents[2]
_TEMPLATES: Final = _ROOT / "services/connector/src/connector/entrypoints/http/pages/templates"
_NOTE: Final = "{# The user guide; make docs writes it. #}\n"
_NOT_SERVED: Final = re.compile(r"^(!\[[^\]]*\]\([^)]*\)|\[[^\]]*\]\(user-guide[^)]*\))\n+", re.MULTILINE)
"""Pictures, and the link to the guide in the other language: the page has a choice of its own."""


def source(language: str) -> Path:
    """Return where the guide is written."""
    return _ROOT / "docs" / ("user-guide.md" if language == "en" else f"user-guide.{language}.md")


def page(language: str) -> Path:
    """Return the template that is made of it."""
    return _TEMPLATES / f"guide.{language}.html"


def rendered(language: str) -> str:
    """Return the guide as a template."""
    text = _NOT_SERVED.sub("", source(language).read_text())
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    return f"{_NOTE}{{% raw %}}\n{html}{{% endraw %}}\n"


if __name__ == "__main__":
    for one in LANGUAGES:
        page(one).write_text(rendered(one))
