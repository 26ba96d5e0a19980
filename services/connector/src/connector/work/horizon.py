"""The horizon rolls on (D5): what slid into the window is told without any notification; series are expanded."""

from connector.adapters.stores import Stores
from connector.domain.judging import judge
from connector.domain.passes import Findings, tell_occurrences
from connector.work.read import Read, Teller

_CHUNK = 100


async def roll_horizon(read: Read, stores: Stores, teller: Teller) -> None:
    """Tell the events and occurrences that are inside the window by now."""
    await _expand_series(read, stores, teller)
    reading = read.reading
    where = {"scope": reading.scope, "published": False, "starts_at": {"$lte": reading.window.end}}
    while waiting := await stores.events.find(where, limit=_CHUNK):
        snapshots = [(known.event, known) for known in waiting]
        judged = [judge(reading, event, known.etag, known) for event, known in snapshots if event]
        await teller.tell(read, Findings(judged=judged))
        if not any(one.tell for one in judged):
            return


async def _expand_series(read: Read, stores: Stores, teller: Teller) -> None:
    reading, after = read.reading, None
    while page := await stores.series.find({"scope": reading.scope}, limit=_CHUNK, after=after):
        occurrences = await teller.known.occurrences(reading, [series.series_id for series in page])
        findings = Findings()
        for series in page:
            known = {event.event_id: event for event in occurrences.get(series.series_id, ())}
            tell_occurrences(reading, series, known, read.calendars.provider.occurrence_id, findings)
        await teller.tell(read, findings)
        after = stores.series.position(page[-1])
