"""What stands behind the figures: a second table, of counts, CPU and memory on both sides."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]
_COUNTS = {
    "messages": "messages",
    "documents_written": "documents written",
    "documents_read": "documents read",
    "database_commands": "database commands",
    "provider_calls": "provider calls",
}
HEAD = ("what", "side", "wall", *_COUNTS.values(), "CPU connector / mapper / store", "peak memory of each")


def cost_rows(figures: Sequence[Json]) -> list[tuple[str, ...]]:
    """Return the rows of the table for the figures that have something behind them; none where there is nothing."""
    rows = [row for figure in figures for row in _rows(figure)]
    return [HEAD, ("---",) * len(HEAD), *rows] if rows else []


def _rows(figure: Json) -> Iterator[tuple[str, ...]]:
    for side, detail in figure["detail"].items():
        counts = detail.get("per_change", detail)
        yield (
            figure["what"].rpartition(":")[0] + (", each change" if "per_change" in detail else ""),
            side,
            f"{detail['seconds']:.1f} s" if "seconds" in detail else "",
            *(f"{counts.get(name, 0):,.5g}" for name in _COUNTS),
            _each(detail.get("cpu_seconds"), "s") or _each(detail.get("cpu_ms_per_change"), "ms"),
            _each(detail.get("peak_mb"), "MB"),
        )


def _each(values: Mapping[str, float] | None, unit: str) -> str:
    return " / ".join(f"{value:.4g}" for value in values.values()) + f" {unit}" if values else ""
