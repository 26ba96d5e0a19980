"""What an operator and chance do to running services: restarts, a kill, a drained node, scaling."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from tests.deploy.kubectl import SERVICES, items, kubectl, pods, settled
from tests.support.waiting import wait_until

_REPLICAS, _MORE = 2, 3
_SECONDS = 600
_AFTERWARDS_SECONDS = 5.0


@dataclass(frozen=True)
class Step:
    """Something that was done, and when (seconds since 1970), until the services had settled."""

    name: str
    began: float
    ended: float


async def restart(service: str) -> None:
    """Replace all pods of a service, as an upgrade does."""
    await kubectl("rollout", "restart", f"deployment/{service}")
    await settled(service)


async def kill(service: str) -> None:
    """End a pod without its grace."""
    name, *_ = await pods(service)
    await kubectl("delete", "pod", name, "--grace-period=0", "--force")
    await settled(service)


async def scale(service: str, replicas: int) -> None:
    """Change how many pods a service has."""
    await kubectl("scale", f"deployment/{service}", f"--replicas={replicas}")
    await settled(service)


async def drain() -> None:
    """Drain the node with the mapper's first pod of all services, and let pods onto it again.

    Where it is the only node, what is evicted waits; so the node is given back once every service has a pod waiting,
    and the disruption budgets let the others go only then.
    """
    node = (await items("pods", "--selector", "app.kubernetes.io/name=mapper"))[0]["spec"]["nodeName"]
    selected = "--pod-selector=app.kubernetes.io/component=service"
    draining = asyncio.create_task(kubectl("drain", node, selected, "--delete-emptydir-data", f"--timeout={_SECONDS}s"))
    try:
        await wait_until(
            partial(_drained_or_waiting, draining), awaited="the node to be drained", timeout=_SECONDS, every=0.5
        )
    finally:
        await kubectl("uncordon", node)
    await draining
    await asyncio.gather(*map(settled, SERVICES))


async def _drained_or_waiting(draining: "asyncio.Task[str]") -> bool:
    if draining.done():
        return True
    waiting = await items("pods", "--field-selector", "status.phase=Pending")
    return {one["metadata"]["labels"].get("app.kubernetes.io/name") for one in waiting} >= set(SERVICES)


Disturbance = tuple[str, Callable[[], Awaitable[None]]]

DISTURBANCES: tuple[Disturbance, ...] = (
    ("undisturbed", partial(asyncio.sleep, 15)),
    *((f"restart of {service}", partial(restart, service)) for service in SERVICES),
    *(
        (f"{service} scaled to {count}", partial(scale, service, count))
        for service in ("mapper", "connector")
        for count in (_MORE, _REPLICAS)
    ),
    *((f"pod of {service} killed", partial(kill, service)) for service in SERVICES),
    ("node drained", drain),
)


async def disturb(tell: Callable[[str], None], name: str, what: Callable[[], Awaitable[None]]) -> Step:
    """Do one thing, and let people work on for some seconds, so that what the step delayed belongs to it."""
    began = time.time()
    tell(f"  {name}")
    await what()
    await asyncio.sleep(_AFTERWARDS_SECONDS)
    return Step(name, began, time.time())
