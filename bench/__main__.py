"""`python -m bench`: run the rows, print the table, keep it."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from bench.baseline import Baseline, NoBaselineError, beside, built
from bench.console import say
from bench.machine import described
from bench.options import Options, UnknownOptionError, options_from
from bench.report import keep, print_table, put_into
from bench.results import Figure
from bench.rows.latency import latency
from bench.rows.mapper import mapper
from bench.rows.outbound import outbound
from bench.rows.pages import pages
from bench.rows.startup import startup
from bench.rows.sync import sync
from bench.stand import Stand, stand
from chassis.zone_data import use_pinned_zones

Row = Callable[[Stand, Options], Awaitable[list[Figure]]]
ROWS: Mapping[str, Row] = {
    "latency": latency,
    "sync": sync,
    "outbound": outbound,
    "mapper": mapper,
    "startup": startup,
}
ON_DEMAND: Mapping[str, Row] = {"pages": pages}
"""Measured when they are named: they need a browser."""

_DOCUMENT = Path("docs/performance.md")
_FIGURES = Path("docs/performance.json")
_LOOK = Path("var/bench/quick.json")
"""A quick run is a look: it replaces no figures."""


@dataclass
class Measured:
    """The figures of one row, and what they were measured on."""

    name: str
    figures: list[Figure]
    on: dict[str, Any]

    def compare(self, baseline: Baseline, provider: str) -> None:
        """Measure the same row on the baseline, which has the machine to itself."""
        self.on["baseline"] = baseline.commit
        self.figures = beside(self.figures, baseline.measure(self.name, provider))

    def keep(self, options: Options) -> None:
        """Put the figures in place of the row's former ones."""
        kept = keep(_kept_in(options), options.provider, self.name, self.figures, self.on)
        if not options.quick:
            put_into(_DOCUMENT, kept, (*ROWS, *ON_DEMAND))


async def measure(name: str, running: Stand, options: Options) -> Measured:
    """Run one row."""
    began, on = perf_counter(), described(options.kafka, running.database)
    figures = await {**ROWS, **ON_DEMAND}[name](running, options)
    on["load_after"] = round(os.getloadavg()[0], 1)
    say(f"{name}: {perf_counter() - began:.0f} s, load {os.getloadavg()[0]:.1f}")
    return Measured(name, figures, on)


def _kept_in(options: Options) -> Path:
    return Path(os.environ.get("BENCH_FIGURES") or (_LOOK if options.quick else _FIGURES))


async def _measured(names: Sequence[str], options: Options) -> list[Measured]:
    with TemporaryDirectory(prefix="tandem-bench-") as folder:
        async with stand(Path(folder), options.kafka, options.provider) as running:
            return [await measure(name, running, options) for name in names]


def run(options: Options) -> list[Figure]:
    """Run the wanted rows one after the other, each on a new stand; a look does with one for all."""
    baseline = built(options.baseline) if options.baseline else None
    shared = [options.rows] if options.quick else [(name,) for name in options.rows]
    figures: list[Figure] = []
    for names in shared:
        for one in asyncio.run(_measured(names, options)):
            if baseline:
                one.compare(baseline, options.provider)
            one.keep(options)
            figures += one.figures
    return figures


def main() -> int:
    """Measure and report; return the exit code."""
    use_pinned_zones()
    try:
        options = options_from(os.environ, tuple(ROWS), tuple(ON_DEMAND))
        figures = run(options)
    except (UnknownOptionError, NoBaselineError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    print_table(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
