"""The table: printed, kept as JSON, and put into docs/performance.md between two marks.

The document has the figures that have a goal or are compared; the counts, CPU and memory behind them stay in the JSON.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.results import Figure
from sandbox.simulated import PROVIDERS

HEAD = ("row", "what", "ours", "floor", "ours / floor", "baseline", "ours / baseline", "goal")
_BEGIN, _END = "<!-- figures: written by make bench -->", "<!-- end of figures -->"
Json = dict[str, Any]


def _cells(one: Mapping[str, Any]) -> tuple[str, ...]:
    def amount(value: float | None) -> str:
        return "" if value is None else f"{value:,.{0 if abs(value) >= 1000 else 1}f} {one['unit']}"

    def times(value: float | None) -> str:
        return "" if value is None else f"{value:.2f}"

    return (
        one["row"],
        one["what"],
        amount(one["ours"]),
        amount(one["floor"]),
        times(one["ratio"]),
        amount(one.get("before")),
        times(one.get("change")),
        one["goal"],
    )


def print_table(figures: Sequence[Figure]) -> None:
    """Print the table."""
    rows = [HEAD, *(_cells(one.as_json()) for one in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def keep(path: Path, provider: str, row: str, figures: Sequence[Figure], measured_on: Mapping[str, Any]) -> Json:
    """Put a row's figures, with what they were measured on, in place of its former ones; return all providers' rows."""
    kept: Json = json.loads(path.read_text()) if path.exists() else {}
    kept.setdefault(provider, {})[row] = {
        "measured_on": dict(measured_on),
        "figures": [one.as_json() for one in figures],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    return kept


def put_into(document: Path, kept: Mapping[str, Json], order: Sequence[str]) -> None:
    """Replace what stands between the marks of a Markdown file by the tables of all kept rows, provider by provider."""
    before, _, rest = document.read_text().partition(_BEGIN)
    after = rest.partition(_END)[2]
    found = [(one, row, kept[one][row]) for one in PROVIDERS for row in order if row in kept.get(one, {})]
    parts = [part for provider, row, content in found for part in _section(f"{provider}: {row}", content)]
    document.write_text("\n".join([before + _BEGIN, *parts, "", _END]) + after)


def _section(title: str, content: Json) -> list[str]:
    on = content["measured_on"]
    baseline = f", baseline {on['baseline']}" if "baseline" in on else ""
    told = (
        f"{on['at']}, commit {on['commit']}{baseline}, {on['machine']} (load {on['load_before']} before, "
        f"{on.get('load_after', 'unknown')} after), "
        f"Python {on['python']}, {on['broker']}, {on['database']}"
    )
    table = [HEAD, ("---",) * len(HEAD), *(_cells(one) for one in content["figures"])]
    return ["", f"### {title}", "", told, "", *_markdown(table)]


def _markdown(table: Sequence[Sequence[str]]) -> list[str]:
    return ["| " + " | ".join(cells) + " |" for cells in table]
