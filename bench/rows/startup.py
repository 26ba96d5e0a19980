"""Row f: how long each service takes to start, alone, and what memory it then has."""

from bench.options import Options
from bench.results import Figure
from bench.stand import FLOOR, Stand, seconds_to_ready
from bench.vitals import memory_mb
from sandbox.plan import SERVICES


async def startup(stand: Stand, _: Options) -> list[Figure]:
    """Start each service, and the floor's process in its place, by itself."""
    found = {name: await _start(stand, name) for name in (*SERVICES, *FLOOR)}
    return [
        Figure("f", f"{name}: {what}", unit, found[name][at], found[f"floor-{name}"][at])
        for name in SERVICES
        for at, (what, unit) in enumerate((("start", "s"), ("memory", "MB")))
    ]


async def _start(stand: Stand, name: str) -> tuple[float, float]:
    process, seconds = await seconds_to_ready(stand.unit(name))
    try:
        return round(seconds, 2), round(memory_mb(process.pid), 1)
    finally:
        await process.stopped()
