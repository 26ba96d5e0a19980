"""`make bench-texts`: what it costs to work on the dearest texts, at three sizes (invariant 6).

Four times the size should take about four times the processor's time; ten times is marked. Nothing fails here, since
what is measured is the machine's too: that the steps grow with the size is tested (`tests/unit/html/test_cost.py`).
"""

import sys
from collections.abc import Callable, Mapping
from functools import partial
from time import process_time

from connector.adapters.providers.html.dialects import EXCHANGE, GOOGLE
from connector.adapters.providers.html.layout import read_html
from connector.adapters.providers.html.splice import spliced
from mapper.domain.rules.context_block import found_in, with_block

SIZES = (4_096, 16_384, 65_536)
_TIMES, _TOO_MUCH = 3, 10

SHAPES: Mapping[str, str] = {
    "blanks": " ",
    "line ends": "\n",
    "bars": "┃·",
    "block lines": "┃· Deal: x\n",
    "ends of blocks": "┃· End of what the CRM says",
    "<": "<",
    "open comments": "<!--",
    "half tags": '<a href="',
    "entities": "&amp",
    "nested p": "<p>",
    "nested div": "<div>",
    "nested a": "<a href=http://x>x",
    "nested b": "<b><i>",
    "lists": "<ul><li>",
    "tables": "<table><tr><td>",
    "br": "<br>",
    "pre": "<pre>\n",
    "unopened": "</b>",
}
_DEEP = "div, then unopened"


def _edit(html: str) -> str:
    return spliced(html, f"first\n{read_html(html, EXCHANGE)[:1000]}\nlast", EXCHANGE)


WORK: Mapping[str, Callable[[str], str]] = {
    "context block": lambda text: with_block(text, "┃· block") + found_in(text),
    "read, Exchange": partial(read_html, dialect=EXCHANGE),
    "read, Google": partial(read_html, dialect=GOOGLE),
    "edit, Exchange": _edit,
}


def text_of(shape: str, size: int) -> str:
    """Return a text of a shape and about a size."""
    if shape == _DEEP:
        return "<div>" * (size // 10) + "</b>" * (size // 8)
    return SHAPES[shape] * (size // len(SHAPES[shape])) + "x"


def milliseconds(work: Callable[[str], str], text: str) -> float:
    """Return the least time of a few, in ms."""
    taken: list[float] = []
    for _ in range(_TIMES):
        began = process_time()
        work(text)
        taken.append(process_time() - began)
    return min(taken) * 1000


def main() -> int:
    """Print a row for each shape and kind of work; return the exit code."""
    print(f"{'ms at':38}" + "".join(f"{size // 1024:>7} KB" for size in SIZES) + "   16 to 64 KB")
    for name, work in WORK.items():
        for shape in (*SHAPES, _DEEP):
            row = [milliseconds(work, text_of(shape, size)) for size in SIZES]
            factor = row[2] / max(row[1], 0.05)
            mark = "  !" if factor > _TOO_MUCH else ""
            print(f"{name:16} {shape:21}" + "".join(f"{value:10.2f}" for value in row) + f"   x {factor:.1f}{mark}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
