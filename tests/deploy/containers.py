"""What the services' containers have come to: restarts that nobody asked for, and the memory that they took."""

import asyncio
import re

from tests.deploy.kubectl import SERVICES, items, kubectl, pods

_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


async def restarts() -> list[str]:
    """Return the containers that ended by themselves, were out of memory, or failed their liveness probe."""
    states = [(pod, one) for pod in await items("pods") for one in pod["status"].get("containerStatuses", [])]
    return [
        f"{pod['metadata']['name']} restarted {one['restartCount']} times: {one['lastState']}"
        for pod, one in states
        if one["restartCount"]
    ]


async def peaks() -> dict[str, list[float]]:
    """Return the most that each pod's process has held, in MB, by service."""
    return {service: await asyncio.gather(*map(_peak, await pods(service))) for service in SERVICES}


async def _peak(pod: str) -> float:
    found = _PEAK.search(await kubectl("exec", pod, "--", "cat", "/proc/1/status"))
    assert found
    return int(found[1]) * 1024 / 1e6
