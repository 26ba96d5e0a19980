"""The chapters of the demo's story, each behind a button."""

from collections.abc import Mapping, Sequence

from sandbox import demo
from sandbox.demo import Chapter, Story
from sandbox.stage import EMAIL, TIME_ZONE, stage

STORIES: Mapping[str, Chapter] = {
    "created": demo.activity_becomes_event,
    "moved": demo.event_is_moved,
    "merged": demo.both_sides_edited,
    "recurring": demo.recurring_event,
    "filtered": demo.filter_changed,
    "explained": demo.explained,
}
"""By their names in addresses; the template has their titles."""


async def tell(name: str, settings: Mapping[str, str], provider: str) -> Sequence[str]:
    """Play one chapter with the demo's salesperson; return what happened, line by line.

    Raises NeverHappenedError, and httpx.HTTPError where a part of the sandbox does not answer.
    """
    lines: list[str] = []
    async with stage(settings, provider) as opened:
        await opened.calendar.sign_up("Anna Schmidt", TIME_ZONE)
        connection = await opened.anna.connect(EMAIL, provider=provider)
        await opened.anna.in_sync(connection["id"], seconds=30)
        await STORIES[name](Story(opened, connection["id"], lines.append))
    return [line.strip() for told in lines for line in told.splitlines()]
