"""The week's pictures as files of their own (`make docs`): a grid of hundreds is far cheaper with them than with SVG.

What is drawn is said once, in the symbols that the pages' templates use.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from webparts.npm import ROOT

_PAGES: Final = ROOT / "services/activity-store/src/activity_store/entrypoints/pages"
SYMBOLS: Final = _PAGES / "templates" / "icons.html"
FOLDER: Final = _PAGES / "static"
_SYMBOL: Final = re.compile(r'<symbol id="icon-(\w+)" viewBox="0 0 24 24">(.*?)</symbol>')
_SHADES: Final[Mapping[str, str]] = {"in_sync": "#2c9a5b", "waiting": "#b9780f"}
_SHADE: Final = "#708090"
"""Three to one on light and on dark alike: a picture in a file does not know which it is on."""
_PEN: Final = 'fill="none" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'


def pictures() -> Mapping[Path, str]:
    """Return each file with what it holds."""
    found = _SYMBOL.findall(SYMBOLS.read_text())
    return {FOLDER / f"icon-{name}.svg": _picture(_SHADES.get(name, _SHADE), paths) for name, paths in found}


def _picture(shade: str, paths: str) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" stroke="{shade}" {_PEN}>{paths}</svg>\n'


if __name__ == "__main__":
    for file, content in pictures().items():
        file.write_text(content)
