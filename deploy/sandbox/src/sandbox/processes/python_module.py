"""Our own programs: the services and the providers' simulators, run by the interpreter that runs us."""

import os
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from sandbox.processes import probes
from sandbox.processes.unit import Unit


def service(name: str, port: int, settings: Mapping[str, str], log: Path) -> Unit:
    """Describe one of our services, such as `activity-store`, with its settings; ready when /readyz says so."""
    return Unit(
        name=name,
        argv=(sys.executable, "-m", name.replace("-", "_")),
        port=port,
        log=log,
        probe=partial(probes.http, f"http://127.0.0.1:{port}/readyz"),
        env={**settings, **_direct_loopback(), "TANDEM_HTTP_HOST": "127.0.0.1", "TANDEM_PORT": str(port)},
        grace=20.0,  # a batch in flight is finished and committed
    )


def start_page(port: int, settings: Mapping[str, str], log: Path) -> Unit:
    """Describe the start page; `settings`: the services', and the simulators' addresses."""
    return Unit(
        name="start",
        argv=(sys.executable, "-m", "sandbox.start_page", "--port", str(port)),
        port=port,
        log=log,
        probe=partial(probes.tcp, port),
        env={**settings, **_direct_loopback(), "TANDEM_HTTP_HOST": "127.0.0.1"},
    )


def simulator(name: str, port: int, state: Path, env: Mapping[str, str], log: Path) -> Unit:
    """Describe the simulator of a provider, such as `google`; it keeps its calendars in the file `state`."""
    return Unit(
        name=name,
        argv=(sys.executable, "-m", f"simulators.{name}", "--port", str(port), "--state", str(state)),
        port=port,
        log=log,
        probe=partial(probes.tcp, port),
        env={**env, **_direct_loopback()},
    )


def _direct_loopback() -> dict[str, str]:
    """Keep what our parts say to one another away from a proxy that is meant for the outside world."""
    given = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    direct = ",".join(filter(None, [given, "127.0.0.1", "localhost"]))
    return {"NO_PROXY": direct, "no_proxy": direct}  # the lower-case one wins where both are set
