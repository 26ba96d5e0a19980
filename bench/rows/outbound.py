"""Row g: activities become events of one calendar, with a provider that answers at once, and with a distant one."""

from bench.calendars import calendar
from bench.options import Options
from bench.results import Figure
from bench.sides import Side, side
from bench.stand import Stand
from bench.work import Work, timed

_FLOORS_SHARE = 10
"""The floor, which makes one call after the other, writes so many times fewer where a call takes long."""


async def outbound(stand: Stand, options: Options) -> list[Figure]:
    """Measure all distances on both sides."""
    works: dict[str, dict[int, Work]] = {}
    for name in ("ours", "floor"):
        async with side(stand, name) as running:
            works[name] = {slow: await _written(running, options.outbound, slow) for slow in options.distances_ms}
    return [
        Figure(
            "g",
            f"{_what(options.outbound, slow)}: rate",
            "/s",
            round(ours.rate, 1),
            round(works["floor"][slow].rate, 1),
            "",
            {"ours": ours.as_json(), "floor": works["floor"][slow].as_json()},
        )
        for slow, ours in works["ours"].items()
    ]


def _what(number: int, slow: int) -> str:
    return f"first sync of {number:,} activities into the calendar" + (f", {slow} ms a call" if slow else "")


async def _written(running: Side, wanted: int, slow: int) -> Work:
    number = max(1, wanted // _FLOORS_SHARE) if slow and running.name == "floor" else wanted
    async with calendar(running, f"outbound{slow}", activities=number) as opened:
        await opened.person.simulator.patch("/control/settings", json={"latency_ms": slow})
        ended = number + 1  # the replay of the calendar ends on the same topic
        work = await timed(running, _what(number, slow), opened.connect, topic=opened.calendar_facts, number=ended)
        await opened.person.simulator.patch("/control/settings", json={"latency_ms": 0})
        return work
