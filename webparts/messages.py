"""`make messages`: collects what the pages say from templates and code, for each package that has `translations/`.

English is what the code says; every other language has a text catalogue, in which new messages wait to be translated.
A message may name the words around it with a comment that begins with NOTE.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from webparts.npm import ROOT

LANGUAGES: Final = ("pl",)
_METHODS: Final = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
_OPTIONS: Final = {"**/templates/**.html": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}}
_KEYWORDS: Final = {"_": None, "gettext": None, "ngettext": (1, 2), "plural": (1, 2)}


def packages() -> Iterator[Path]:
    """Yield the packages whose pages speak to people."""
    for root in ("services", "deploy"):
        for folder in sorted((ROOT / root).glob("*/src/**/translations")):
            yield folder.parent


def collected(package: Path) -> Catalog:
    """Return all messages of a package as they stand in its templates and code."""
    catalog = Catalog(project="Tandem", charset="utf-8")
    found = extract_from_dir(
        package, _METHODS, _OPTIONS, keywords=_KEYWORDS, comment_tags=("NOTE",), strip_comment_tags=True
    )
    for filename, _line, message, comments, context in found:
        catalog.add(message, None, [(filename, 1)], auto_comments=comments, context=context)
    return catalog


def known(package: Path, language: str) -> Catalog:
    """Return the catalogue of a language as it is committed."""
    file = package / "translations" / f"{language}.po"
    return read_po(io.BytesIO(file.read_bytes()), locale=language) if file.exists() else Catalog(locale=language)


def written(catalog: Catalog) -> bytes:
    """Return a catalogue as text, the same for the same messages."""
    text = io.BytesIO()
    write_po(text, catalog, width=120, omit_header=False, include_lineno=False, sort_output=True, ignore_obsolete=True)
    lines = text.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(('"POT-Creation-Date', '"PO-Revision-Date'))).encode()


def update(package: Path, language: str) -> None:
    """Bring one catalogue up to date."""
    catalog = known(package, language)
    catalog.project, catalog.version = "Tandem", "1"
    catalog.header_comment = "# What the pages say (make messages brings it up to date)."
    catalog.fuzzy = False
    catalog.update(collected(package), no_fuzzy_matching=True)
    (package / "translations" / f"{language}.po").write_bytes(written(catalog))


if __name__ == "__main__":
    for each in packages():
        for code in LANGUAGES:
            update(each, code)
