"""The embedded database: SecantusDB, which speaks MongoDB's wire protocol on MongoDB's own storage engine.

It runs as a process of its own and is never imported (GPL-2.0). Its Rust server is several times faster than
its Python one and has to be built; both read the same store.
"""

import sysconfig
from functools import partial
from pathlib import Path

from sandbox.processes import probes
from sandbox.processes.tools import secantusd_rs
from sandbox.processes.unit import Unit


def secantus(port: int, store: Path, log: Path) -> Unit:
    """Describe a database on `port` whose files are in `store`, which serves one server at a time."""
    return Unit(
        name="mongo",
        argv=(
            _server(),
            *("--host", "127.0.0.1"),
            *("--port", str(port)),
            *("--storage-path", str(store)),
            *("--cache-size", "512M"),  # the Rust server would take 4 GB
            "--sync-on-commit",  # without it a kill -9 loses acknowledged writes (measured: 83 of 25,608)
        ),
        port=port,
        log=log,
        probe=partial(probes.mongo, port),
    )


def _server() -> str:
    return secantusd_rs() or str(Path(sysconfig.get_path("scripts"), "secantusd-py"))
