"""Reading: pushes, replays, 410, deletions, horizon, series, private events, quarantine."""

from datetime import UTC, datetime, timedelta

from chassis.ids import new_id
from contracts.calendar_commands import CalendarConfirm, CalendarPull
from contracts.calendar_events import CalendarConfirmed, CalendarReplayEnded, EventChanged, EventGone
from contracts.decisions import SyncDecided
from tests.integration.connector.support import PATIENCE, TOMORROW, Account, event_time, with_each, with_google
from tests.support.waiting import wait_until


@with_each
async def test_an_event_comes_by_push_and_is_told_once(ann: Account) -> None:
    await ann.connect()
    made = await ann.person.add(summary="Lunch", location="Harbour", **event_time())
    told = await ann.mapper.wait_for(EventChanged, where=lambda one: one.event.event_id == made["id"])
    assert told[0].event.fields.summary == "Lunch"
    assert told[0].event.fields.location == "Harbour"
    assert told[0].cause == "calendar"
    await ann.person.change(made["id"], summary="Late lunch")
    later = await ann.mapper.wait_for(EventChanged, where=lambda one: one.event.fields.summary == "Late lunch")
    assert later[0].seq > told[0].seq
    await ann.person.delete(made["id"])
    gone = await ann.mapper.wait_for(EventGone, where=lambda one: one.event_id == made["id"])
    assert gone[0].gone == "deleted"
    assert gone[0].sync_pass
    assert gone[0].sync_pass.deletions == 1


async def test_a_replay_tells_what_is_there_changed_or_not_k4(ann: Account) -> None:
    made = await ann.person.add(summary="Old friend", **event_time())
    await ann.connect()
    ended = (await ann.mapper.seen(CalendarReplayEnded))[-1]
    assert ended.count == 1
    await ann.ask("POST", f"/v1/connections/{ann.connection_id}/resync")
    await ann.mapper.told(ann.connection_id, lambda one: one.replay_id != ended.replay_id)
    again = await ann.mapper.replay(ann.connection_id)
    assert (again.count, again.replay_id != ended.replay_id) == (1, True)
    told = await ann.mapper.seen(EventChanged, lambda one: one.event.event_id == made["id"])
    assert len(told) == 2


async def test_what_was_there_before_is_marked_under_backfill_none_d3(ann: Account) -> None:
    await ann.person.add(summary="Before", **event_time())
    await ann.connect(backfill="none")
    await ann.person.add(summary="After", **event_time())
    told = await ann.mapper.wait_for(EventChanged, 2)
    assert {one.event.fields.summary: one.baseline for one in told} == {"Before": True, "After": False}


@with_each
async def test_events_that_links_have_are_told_as_their_ids_are_answered_h2_d5(ann: Account) -> None:
    """A new connection has no known events: what is deleted, far ahead or unknown is told only where asked for."""
    far = await ann.person.add(summary="Far ahead", **event_time(TOMORROW + timedelta(days=500)))
    gone = await ann.person.add(summary="Gone", **event_time())
    await ann.person.delete(gone["id"])
    await ann.connect()
    assert not await ann.mapper.seen(EventChanged)
    ids = (far["id"], gone["id"], "nobodyknows")
    about = {"connection_id": ann.connection_id, "replay_id": "r-asked", "event_ids": ids}
    await ann.mapper.command(CalendarConfirm(**ann.mapper.envelope(**about)))
    await ann.mapper.wait_for(CalendarConfirmed, where=lambda one: one.replay_id == "r-asked")
    assert [one.event.event_id for one in await ann.mapper.seen(EventChanged)] == [far["id"]]
    [deletion] = await ann.mapper.seen(EventGone)
    assert (deletion.event_id, deletion.gone, deletion.gone_at is not None) == (gone["id"], "deleted", True)
    assert deletion.sync_pass
    assert deletion.sync_pass.deletions == 1


@with_each
async def test_a_refused_cursor_merges_and_deletes_only_on_proof_h2(ann: Account) -> None:
    kept = await ann.person.add(summary="Kept", **event_time())
    lost = await ann.person.add(summary="Lost", **event_time())
    await ann.connect()
    before = len(await ann.mapper.seen(EventChanged))
    await ann.trap("push.lost", count=None)
    await ann.control.post(f"/control/accounts/{ann.email}/calendars/primary/expire-sync-tokens")
    await ann.person.delete(lost["id"])
    await _pull(ann)
    gone = await ann.mapper.wait_for(EventGone, where=lambda one: one.event_id == lost["id"])
    assert gone[0].gone == "deleted"
    assert not await ann.mapper.seen(EventGone, lambda one: one.event_id == kept["id"])
    assert len(await ann.mapper.seen(EventChanged)) == before


@with_each
async def test_beyond_the_horizon_is_not_told_until_the_window_reaches_it_d5(ann: Account) -> None:
    await ann.connect(horizon_days=30)
    far = await ann.person.add(summary="Far", **event_time(TOMORROW + timedelta(days=60)))
    near = await ann.person.add(summary="Near", **event_time())
    await ann.mapper.wait_for(EventChanged, where=lambda one: one.event.event_id == near["id"])
    assert not await ann.mapper.seen(EventChanged, lambda one: one.event.event_id == far["id"])
    await ann.ask("PATCH", f"/v1/connections/{ann.connection_id}", json={"horizon_days": 90})
    await ann.mapper.wait_for(EventChanged, where=lambda one: one.event.event_id == far["id"])
    await ann.ask("PATCH", f"/v1/connections/{ann.connection_id}", json={"horizon_days": 30})
    assert not await ann.mapper.seen(EventGone)


@with_each
async def test_a_series_is_told_by_occurrence_e3(ann: Account) -> None:
    await ann.connect()
    series = await ann.person.add(summary="Weekly", recurrence=["RRULE:FREQ=WEEKLY;COUNT=4"], **event_time())
    told = await ann.mapper.wait_for(EventChanged, 4)
    assert {one.event.occurrence.series_id for one in told if one.event.occurrence} == {series["id"]}
    second = sorted(told, key=lambda one: one.event.fields.time.start)[1].event
    await ann.person.delete(second.event_id)
    gone = await ann.mapper.wait_for(EventGone)
    assert [one.event_id for one in gone] == [second.event_id]
    await ann.control.delete(
        f"/control/accounts/{ann.email}/calendars/primary/events/{series['id']}", params={"scope": "all"}
    )
    await ann.mapper.wait_for(EventGone, 4)
    rest = (await ann.mapper.seen(EventGone))[1:]
    assert {one.series_id for one in rest} == {series["id"]}
    assert {one.sync_pass.deletions for one in rest if one.sync_pass} == {3}


async def test_private_events_leave_as_busy_blocks_g2(ann: Account) -> None:
    await ann.connect()
    secret = f"canary-{new_id()}"
    made = await ann.person.add(
        summary=secret, description=secret, location=secret, visibility="private", **event_time()
    )
    told = await ann.mapper.wait_for(EventChanged, where=lambda one: one.event.event_id == made["id"])
    assert told[0].event.fields.summary == "Private"
    assert told[0].event.masked
    assert secret not in told[0].model_dump_json()
    await ann.person.change(made["id"], description=f"{secret} again")
    other = await ann.person.add(summary="Open", **event_time())
    await ann.mapper.wait_for(EventChanged, where=lambda one: one.event.event_id == other["id"])
    assert len(await ann.mapper.seen(EventChanged, lambda one: one.event.event_id == made["id"])) == 1


@with_google
async def test_a_rule_nobody_can_expand_stops_nothing_else_e3(ann: Account) -> None:
    await ann.connect()
    await ann.trap("push.lost", count=None)
    odd = [
        {"id": f"odd{new_id().replace('-', '')}", "summary": "Odd", "recurrence": ["RRULE:FREQ=SECONDLY"]}
        | event_time()
    ]
    seeded = await ann.control.post(f"/control/accounts/{ann.email}/calendars/primary/seed", json=odd)
    assert seeded.status_code == 201, seeded.text
    fine = await ann.person.add(summary="Fine", **event_time())
    await _pull(ann)
    await ann.mapper.wait_for(EventChanged, where=lambda one: one.event.event_id == fine["id"])
    decided = await ann.mapper.wait_for(SyncDecided)
    assert {one.outcome for one in decided} == {"quarantined"}


@with_each
async def test_a_notification_before_the_change_is_visible_is_followed_by_a_second_look(ann: Account) -> None:
    await ann.connect()
    await ann.trap("push.before_visible")
    made = await ann.person.add(summary="Slow", **event_time())
    await ann.mapper.wait_for(EventChanged, where=lambda one: one.event.event_id == made["id"], within=10)


@with_google
async def test_forged_notifications_are_answered_and_ignored(ann: Account) -> None:
    await ann.connect()
    channel = (await ann.control.get("/control/channels")).json()[-1]
    headers = {"X-Goog-Channel-ID": channel["id"], "X-Goog-Resource-State": "exists", "X-Goog-Channel-Token": "forged"}
    before = await _ignored(ann)
    assert (await ann.http.post("/webhooks/google", headers=headers)).status_code == 204
    headers["X-Goog-Channel-ID"] = "nobody"
    assert (await ann.http.post("/webhooks/google", headers=headers)).status_code == 204
    assert (await ann.http.post("/webhooks/google", content=b"{}")).status_code == 400
    assert await _ignored(ann) == before + 2
    made = await ann.person.add(summary="Real", **event_time())
    await ann.mapper.wait_for(EventChanged, where=lambda one: one.event.event_id == made["id"])


async def test_a_burst_of_changes_costs_few_reads(ann: Account) -> None:
    await ann.connect()
    await ann.becomes(push="webhook")
    before = await ann.calls(ann.features.reads)
    titles = {f"Event {number}" for number in range(12)}
    for title in sorted(titles):
        await ann.person.add(summary=title, **event_time())

    async def all_told() -> bool:
        return {one.event.fields.summary for one in await ann.mapper.seen(EventChanged)} == titles

    await wait_until(all_told, awaited="all twelve events", timeout=15)
    assert await ann.calls(ann.features.reads) - before < len(titles)


@with_each
async def test_pages_with_traps_lose_nothing(ann: Account) -> None:
    await ann.control.patch("/control/settings", json={"page_cap": 2})
    try:
        for number in range(7):
            await ann.person.add(summary=f"Page {number}", **event_time())
        for trap in ann.features.odd_pages:
            await ann.trap(trap)
        await ann.connect()
    finally:
        await ann.control.patch("/control/settings", json={"page_cap": None})
    told = await ann.mapper.seen(EventChanged)
    assert {one.event.fields.summary for one in told} == {f"Page {number}" for number in range(7)}


@with_each
async def test_an_occurrence_cancelled_pages_after_its_series_is_never_told_e3(ann: Account) -> None:
    series = await ann.person.add(summary="Weekly", recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"], **event_time())
    await ann.person.add(summary="Between", **event_time())
    moments = (await ann.person.event(series["id"]) or {})["start"]["dateTime"]
    cancelled = f"{series['id']}_{datetime.fromisoformat(moments).astimezone(UTC):%Y%m%dT%H%M%SZ}"
    await ann.person.delete(cancelled)
    await ann.control.patch("/control/settings", json={"page_cap": 1})
    try:
        await ann.connect()
    finally:
        await ann.control.patch("/control/settings", json={"page_cap": None})
    told = {one.event.event_id for one in await ann.mapper.seen(EventChanged)}
    assert len(told) == 3
    assert cancelled not in told


@with_each
async def test_a_throttled_connection_waits_and_goes_on(ann: Account) -> None:
    await ann.connect()
    await ann.trap("fault.429", count=2, operation=ann.features.reads)
    made = await ann.person.add(summary="Patience", **event_time())
    await ann.becomes(status="throttled")
    await ann.mapper.wait_for(EventChanged, where=lambda one: one.event.event_id == made["id"], within=PATIENCE)
    await ann.becomes(status="in_sync")


@with_each
async def test_without_push_the_calendar_is_polled_l2(ann: Account) -> None:
    await ann.trap(ann.features.unwatchable)
    made = await ann.post()
    await ann.consent(made["authorization_url"])
    await ann.mapper.told(made["id"], lambda _: True)
    await ann.mapper.replay(made["id"])
    await ann.becomes(status="in_sync", push="polling")


async def _pull(ann: Account) -> None:
    ask = CalendarPull(**ann.mapper.envelope(connection_id=ann.connection_id), reason="poll")
    await ann.mapper.send("calendar.commands.v1", ann.connection_id, ask)


async def _ignored(ann: Account) -> float:
    """Return how many notifications were answered and ignored so far."""
    metrics = (await ann.http.get("/metrics")).text
    name = 'tandem_notifications_total{outcome="ignored",provider="google"}'
    return sum(float(line.split()[-1]) for line in metrics.splitlines() if line.startswith(name))
