"""`python -m bench`: run the rows, print the table, keep it."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.machine import described
from bench.options import Options, UnknownOptionError, options_from
from bench.report import keep, print_table, put_into
from bench.results import Figure
from bench.rows.latency import latency
from bench.rows.mapper import mapper
from bench.rows.startup import startup
from bench.rows.sync import sync
from bench.stand import Stand, stand

Row = Callable[[Stand, Options], Awaitable[list[Figure]]]
ROWS: Mapping[str, Row] = {"latency": latency, "sync": sync, "mapper": mapper, "startup": startup}

_DOCUMENT = Path("docs/performance.md")
_FIGURES, _LOOK = Path("docs/performance.json"), Path("var/bench/quick.json")
"""A quick run is a look: it replaces no figures."""


async def measure(name: str, options: Options) -> list[Figure]:
    """Run one row on a stand of its own, and keep its figures."""
    began = perf_counter()
    with TemporaryDirectory(prefix="tandem-bench-") as folder:
        async with stand(Path(folder), options.kafka) as running:
            measured_on = described(options.kafka, running.database)
            figures = await ROWS[name](running, options)
    print(f"{name}: {perf_counter() - began:.0f} s, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    kept = keep(_LOOK if options.quick else _FIGURES, name, figures, measured_on)
    if not options.quick:
        put_into(_DOCUMENT, kept, ROWS)
    return figures


async def run(options: Options) -> list[Figure]:
    """Run the wanted rows one after the other."""
    return [figure for name in options.rows for figure in await measure(name, options)]


def main() -> int:
    """Measure and report; return the exit code."""
    try:
        options = options_from(os.environ, tuple(ROWS))
    except UnknownOptionError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    print_table(asyncio.run(run(options)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
