"""Rows b and d: whole calendars, for the first time, again, and with a part changed; one change beside many links."""

from contextlib import AsyncExitStack

from bench.calendars import Calendar, calendar, meeting
from bench.counting import Counter
from bench.load import percentile
from bench.options import Options
from bench.people import seed, side_by_side
from bench.results import Figure
from bench.rows.one_change import Change, one_change
from bench.sides import Side, side
from bench.stand import Stand
from bench.work import Work, timed
from sandbox.clients import succeeded

_SHARE = 100
"""One of so many events is changed."""


async def sync(stand: Stand, options: Options) -> list[Figure]:
    """Measure all sizes on both sides."""
    works: dict[str, dict[str, Work]] = {}
    changes: dict[str, dict[int, Change]] = {}
    for name in ("ours", "floor"):
        async with side(stand, name) as running:
            works[name], changes[name] = await _measure(running, options)
    return [
        *(_figure(what, ours, works["floor"][what]) for what, ours in works["ours"].items()),
        *(
            figure
            for links, ours in changes["ours"].items()
            for figure in _beside(links, ours, changes["floor"][links])
        ),
    ]


async def _measure(running: Side, options: Options) -> tuple[dict[str, Work], dict[int, Change]]:
    works: dict[str, Work] = {}
    changes: dict[int, Change] = {}
    async with AsyncExitStack() as stack:
        for number in sorted({min(options.links), *options.sizes}):
            opened = await stack.enter_async_context(calendar(running, f"sync{number}", events=number))
            what = f"first sync of {number:,} events"
            first = await timed(running, what, opened.connect, topic=opened.activity_facts, number=number)
            if number in options.sizes:
                works |= {what: first} | await _again(running, opened, number)
            if number in options.links:
                changes[number] = await one_change(running, opened)
            if number == max(options.sizes) and (most := max(options.links)) > number:
                works |= await _burst(running, opened, most)
                changes[most] = await one_change(running, opened)
    return works, changes


async def _again(running: Side, opened: Calendar, number: int) -> dict[str, Work]:

    async def ring() -> None:
        succeeded(await opened.person.simulator.post(f"/control/accounts/{opened.person.email}/ring"))

    acts = {
        f"push, nothing changed beside {number:,}": ring,
        f"resync of {number:,}, nothing changed": opened.resync,
    }
    topic = opened.activity_facts
    done = {what: await timed(running, what, act, topic=topic, number=0) for what, act in acts.items()}
    what = f"1 % of {number:,} changed"
    return done | {what: await _part_changed(running, what, opened)}


async def _part_changed(running: Side, what: str, opened: Calendar) -> Work:
    """Change one event of a hundred while the provider rings for the last of them only; the clock starts there."""
    changed = opened.events[::_SHARE]
    trap = {"trap": "push.lost", "count": None, "account": opened.person.email}
    await opened.person.simulator.post("/control/traps", json=trap)
    await side_by_side([opened.person.change(one, summary=f"Moved {one}") for one in changed[1:]])
    await opened.person.simulator.delete("/control/traps")

    async def ring() -> None:
        await opened.person.change(changed[0], summary="Moved at last")

    return await timed(running, what, ring, topic=opened.activity_facts, number=len(changed))


async def _burst(running: Side, opened: Calendar, most: int) -> dict[str, Work]:
    """Let so many events appear in a connected calendar at once that all links together are the wanted number."""
    async with Counter(running.stand) as counter:
        await counter.settled()
    missing = most - len(opened.events)

    async def appear() -> None:
        fresh = [meeting(index) for index in range(missing)]
        opened.events += await seed(opened.person.simulator, opened.person.email, fresh)

    what = f"{missing:,} events appear at once"
    return {what: await timed(running, what, appear, topic=opened.activity_facts, number=missing)}


def _figure(what: str, ours: Work, floor: Work) -> Figure:
    detail = {"ours": ours.as_json(), "floor": floor.as_json()}
    if what.startswith(("push", "resync")):
        return Figure("b", f"{what}: wall", "s", round(ours.settled, 2), round(floor.settled, 2), "", detail)
    goal = "500 or more" if what.startswith("first sync of 2,000 events") else ""
    return Figure(
        "b",
        f"{what}: rate",
        "/s",
        round(ours.rate, 1),
        round(floor.rate, 1),
        goal,
        detail,
    )


def _beside(links: int, ours: Change, floor: Change) -> list[Figure]:
    detail = {"ours": ours.as_json(), "floor": floor.as_json()}
    middle = [round(percentile(one.milliseconds, 0.5), 1) for one in (ours, floor)]
    reads = [round(one.cost.as_json()["database_commands"] / one.number, 1) for one in (ours, floor)]
    return [
        Figure("d", f"one change beside {links:,} links: p50", "ms", middle[0], middle[1], "flat", detail),
        Figure("d", f"one change beside {links:,} links: database commands", "", reads[0], reads[1], "flat"),
    ]
