"""`python -m bench.libraries`: what the providers' libraries cost the connector, each loaded when it is first needed.

Printed is the connector's memory as it starts, and after the first calendar of each provider is in sync.
"""

import asyncio
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from bench.vitals import memory_mb
from chassis.zone_data import use_pinned_zones
from sandbox.clients import calendar_person
from sandbox.simulated import SIMULATED, simulated
from tests.support.sandboxes import PARTS, Sandbox, empty_sandbox
from tests.support.stories import in_sync, world

_PROVIDERS = ("google", "office365", "exchange")


async def _connect(running: Sandbox, provider: str) -> None:
    async with world(running.folder, provider) as opened:
        address = opened.settings[SIMULATED[simulated(provider)].address]
        async with httpx.AsyncClient(base_url=address, timeout=10) as http:
            person = calendar_person(provider, http, opened.calendar.email)
            await person.sign_up(provider, "Europe/Berlin")
            connection = await opened.sales.connect(person.email, provider=provider)
            await in_sync(opened.sales, connection["id"])


async def _measure(running: Sandbox) -> None:
    pid = running.pid_of(PARTS["connector"])
    print(f"as it starts: {memory_mb(pid):.0f} MB", flush=True)
    for provider in _PROVIDERS:
        await _connect(running, provider)
        print(f"after {provider}: {memory_mb(pid):.0f} MB", flush=True)


def main() -> None:
    """Measure, and print."""
    use_pinned_zones()
    os.environ["TEST_INFRA"] = "embedded"
    with TemporaryDirectory(prefix="tandem-libraries-") as folder, empty_sandbox(Path(folder) / "sandbox") as running:
        asyncio.run(_measure(running))


if __name__ == "__main__":
    main()
