"""`python -m bench`: run the rows, print the table, keep it."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.console import say
from bench.machine import described
from bench.options import Options, UnknownOptionError, options_from
from bench.report import keep, print_table, put_into
from bench.results import Figure
from bench.rows.latency import latency
from bench.rows.mapper import mapper
from bench.rows.startup import startup
from bench.rows.sync import sync
from bench.stand import Stand, stand
from chassis.zone_data import use_pinned_zones

Row = Callable[[Stand, Options], Awaitable[list[Figure]]]
ROWS: Mapping[str, Row] = {"latency": latency, "sync": sync, "mapper": mapper, "startup": startup}

_DOCUMENT = Path("docs/performance.md")
_FIGURES = Path("docs/performance.json")
_LOOK = Path("var/bench/quick.json")
"""A quick run is a look: it replaces no figures."""


async def measure(name: str, running: Stand, options: Options) -> list[Figure]:
    """Run one row, and keep its figures."""
    began, measured_on = perf_counter(), described(options.kafka, running.database)
    figures = await ROWS[name](running, options)
    measured_on["load_after"] = round(os.getloadavg()[0], 1)
    say(f"{name}: {perf_counter() - began:.0f} s, load {os.getloadavg()[0]:.1f}")
    kept = keep(_kept_in(options), options.provider, name, figures, measured_on)
    if not options.quick:
        put_into(_DOCUMENT, kept, tuple(ROWS))
    return figures


def _kept_in(options: Options) -> Path:
    return Path(os.environ.get("BENCH_FIGURES") or (_LOOK if options.quick else _FIGURES))


async def run(options: Options) -> list[Figure]:
    """Run the wanted rows one after the other, each on a new stand; a look does with one for all."""
    shared = [options.rows] if options.quick else [(name,) for name in options.rows]
    figures: list[Figure] = []
    for names in shared:
        with TemporaryDirectory(prefix="tandem-bench-") as folder:
            async with stand(Path(folder), options.kafka, options.provider) as running:
                for name in names:
                    figures += await measure(name, running, options)
    return figures


def main() -> int:
    """Measure and report; return the exit code."""
    use_pinned_zones()
    try:
        options = options_from(os.environ, tuple(ROWS))
    except UnknownOptionError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    print_table(asyncio.run(run(options)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
