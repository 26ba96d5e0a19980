"""`make run`: the whole system in the foreground, until Ctrl-C."""

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from chassis.errors import Rejected, Transient
from chassis.zone_data import use_pinned_zones
from sandbox import env_file, keys
from sandbox.announcement import addresses
from sandbox.console import Console, Say
from sandbox.locking import FolderInUseError, locked
from sandbox.opening import open_with_data
from sandbox.places import FOLDER, SETTINGS_FILE
from sandbox.plan import Broker, CannotStartError, Plan, make_plan
from sandbox.ports import Ports
from sandbox.processes import ProcessEndedError, is_free, kafka_obstacle
from sandbox.processes.process import end_with_parent
from sandbox.system import System

_FADING_SECONDS = 3.0
_ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM)


_FORESEEN = (CannotStartError, FolderInUseError, ProcessEndedError, Rejected, Transient)


async def run(plan: Plan, say: Say) -> None:
    """Run the system until SIGINT or SIGTERM; a second one ends everything without its grace."""
    if plan.broker is Broker.APACHE and (missing := kafka_obstacle()):
        raise CannotStartError(missing)
    await _await_free_ports(plan)
    plan = _with_a_start_page_if_possible(plan, say)
    _write_files(plan)
    begun = time.monotonic()

    async def announce() -> None:
        say("sandbox", f"everything is ready after {time.monotonic() - begun:.1f} s")
        for line in addresses(plan):
            say("sandbox", line)
        await open_with_data(plan, say, os.environ)

    system = asyncio.create_task(System(plan, say, announce).run())
    for name in _ENDING_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(name, _end, system, say)
    await asyncio.wait({system})
    if not system.cancelled():
        system.result()
    say("sandbox", "everything has ended")


def _end(system: "asyncio.Task[None]", say: Say) -> None:
    say("sandbox", "ending")
    system.cancel()


async def _await_free_ports(plan: Plan) -> None:
    """Wait a moment for what a killed start left to be gone. Raises `CannotStartError` that names a taken port."""
    deadline = time.monotonic() + _FADING_SECONDS
    needed = {name: port for name, port in plan.listeners.items() if port != plan.ports.start}
    while taken := [f"{port} ({name})" for name, port in needed.items() if not is_free(port)]:
        if time.monotonic() > deadline:
            raise CannotStartError(f"port {', '.join(taken)} is taken; end what uses it or start with PORT_BASE=8100")
        await asyncio.sleep(0.1)


def _write_files(plan: Plan) -> None:
    clock = plan.folder / "clock"
    if not clock.exists():
        clock.write_text("0\n")
    env_file.write(plan.folder / SETTINGS_FILE, {**plan.settings, **plan.addresses})


def _ports(environ: Mapping[str, str]) -> Ports:
    base = environ.get("PORT_BASE", "")
    if not base:
        return Ports()
    if not base.isdecimal() or not 1024 <= int(base) <= 65400:
        raise CannotStartError(f"PORT_BASE={base} is no number from 1024 to 65400")
    return Ports.moved(int(base))


def main() -> int:
    """Run the sandbox; return the exit code."""
    use_pinned_zones()
    parser = argparse.ArgumentParser(prog="python -m sandbox.run", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where everything is kept (default: %(default)s)")
    parser.add_argument("--end-with-parent", action="store_true", help="end when the calling process ends")
    arguments = parser.parse_args()
    if arguments.end_with_parent:
        end_with_parent(signal.SIGTERM)
    try:
        _run_in(arguments.folder.resolve())
    except (CannotStartError, FolderInUseError, ExceptionGroup) as error:
        cause = _first(error)
        if not isinstance(cause, _FORESEEN):
            raise
        print(f"sandbox: {cause}", file=sys.stderr)
        return 1
    return 0


def _run_in(folder: Path) -> None:
    with locked(folder):
        (folder / SETTINGS_FILE).unlink(missing_ok=True)
        plan = make_plan(_ports(os.environ), folder, keys.load_or_make(folder / "keys.env"), os.environ)
        asyncio.run(run(plan, Console().say))


def _with_a_start_page_if_possible(plan: Plan, say: Say) -> Plan:
    if is_free(plan.ports.start):
        return plan
    say("start", f"port {plan.ports.start} is taken: no start page")
    return replace(plan, starts_page=False)


def _first(error: Exception) -> Exception:
    return _first(error.exceptions[0]) if isinstance(error, ExceptionGroup) else error


if __name__ == "__main__":
    sys.exit(main())
