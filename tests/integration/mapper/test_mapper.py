"""The mapper as it runs: messages in, commands and facts out, whatever happens in between (A1, B1, K4, L1, G2, H1)."""

from contracts import topics
from contracts.activity_commands import ActivityPut, ActivityRemove, ActivityReplay
from contracts.activity_outcomes import ActivityReplayEnded
from contracts.calendar_commands import CalendarPut, CalendarReplay
from contracts.calendar_events import CalendarReplayEnded, EventGone
from contracts.decisions import Remedy, SyncDecided
from contracts.links import ConnectionCounted, LinkStateChanged
from mapper.domain.model.ids import activity_id_for
from tests.integration.mapper.stage import MapperStage
from tests.support.cursors import FOREIGN, encoded
from tests.support.waiting import wait_until


async def waits(stage: MapperStage, **item: str) -> None:
    """Wait until an item is known, and explained as waiting until both sides are read."""

    async def explained() -> bool:
        answer = await stage.ask("/v1/explain", **item)
        assert [(one["outcome"], one["rule"]) for one in answer.json()["items"]] == [("waiting", "K4")], answer.text
        return True

    await wait_until(explained, awaited=f"{item} to wait", timeout=30)


async def test_k4_a_new_connection_asks_both_sides_and_creates_nothing_before_both_have_answered(
    stage: MapperStage,
) -> None:
    replay_id = await stage.connect()
    [activities] = await stage.wait_for(ActivityReplay)
    [calendar] = await stage.wait_for(CalendarReplay)
    assert activities.replay_id == calendar.replay_id == replay_id
    assert activities.owner_id == "7"
    await stage.replay_activity(stage.snapshot(f"{stage.company}-a"))
    await stage.event(f"{stage.company}-e")
    await waits(stage, activity_id=f"{stage.company}-a")
    await waits(stage, event_id=f"{stage.company}-e")
    body = {"connection_id": stage.connection_id, "replay_id": replay_id, "count": 1}
    ended = ActivityReplayEnded.model_validate(stage.envelope() | body)
    await stage.send(topics.ACTIVITY_OUTCOMES, stage.connection_id, ended)
    await stage.event(f"{stage.company}-e2")
    await waits(stage, event_id=f"{stage.company}-e2")
    assert [*await stage.said(CalendarPut), *await stage.said(ActivityPut), *await stage.said(SyncDecided)] == []
    await stage.say(CalendarReplayEnded(**stage.calendar_fact(), replay_id=replay_id, count=2))
    [outgoing] = await stage.wait_for(CalendarPut)
    assert (outgoing.activity_id, outgoing.event_id) == (f"{stage.company}-a", None)
    assert len(await stage.wait_for(ActivityPut, 2)) == 2
    [counted] = await stage.wait_for(ConnectionCounted, where=lambda one: one.replayed and one.pending == 3)
    assert counted.links == 3


async def test_b1_an_activity_becomes_an_event_and_the_outcome_makes_the_link_active(stage: MapperStage) -> None:
    await stage.linked_up()
    await stage.activity(f"{stage.company}-a")
    [put] = await stage.wait_for(CalendarPut)
    assert put.correlation_id == f"{stage.company}-correlation"
    assert "note" not in put.model_dump_json()
    event = await stage.answer_calendar(put, f"{stage.company}-e")
    [active] = await stage.wait_for(LinkStateChanged, where=lambda one: one.state == "active")
    assert (active.event_id, active.origin, active.reason) == (event.event_id, "crm", None)


async def test_b1_h1_an_event_becomes_an_activity_and_takes_it_along_when_deleted(stage: MapperStage) -> None:
    await stage.linked_up()
    event = await stage.event(f"{stage.company}-e")
    [put] = await stage.wait_for(ActivityPut)
    assert put.activity_id == activity_id_for(stage.account_key, "cal", event.event_id)
    assert (put.expected_version, put.owner_id, put.changes.subject) == (0, "7", "Standup")
    await stage.answer_crm(put)
    await stage.wait_for(LinkStateChanged, where=lambda one: one.state == "active")
    await stage.say(EventGone(**stage.calendar_fact(), event_id=event.event_id, gone="deleted"))
    [removal] = await stage.wait_for(ActivityRemove)
    assert (removal.activity_id, removal.expected_version) == (put.activity_id, 1)


async def test_a_message_made_under_settings_not_seen_yet_waits_for_them(stage: MapperStage) -> None:
    await stage.linked_up()
    await stage.event(f"{stage.company}-early", settings_version=2, summary="Early")
    await stage.event(f"{stage.company}-now", summary="Now")
    [put] = await stage.wait_for(ActivityPut)
    assert put.changes.subject == "Now"
    await stage.connect(inbound_type="lunch")
    [_, early] = await stage.wait_for(ActivityPut, 2)
    assert (early.changes.subject, early.changes.type) == ("Early", "lunch")


async def test_alone_a_poison_message_is_dead_lettered_and_the_rest_flows(stage: MapperStage) -> None:
    await stage.linked_up()
    poison = f'{{"type": "calendar.event.changed.v1", "poison": "{stage.company}"}}'.encode()
    await stage.send(topics.CALENDAR_EVENTS, stage.connection_id, poison)
    await stage.event(f"{stage.company}-e")
    await stage.wait_for(ActivityPut)

    async def buried() -> bool:
        return any(stage.company.encode() in one for one in await stage.dead())

    await wait_until(buried, awaited="the poison message in the dead-letter topic", timeout=20)


async def test_k4_a_command_without_an_outcome_is_sent_again(stage: MapperStage) -> None:
    await stage.linked_up()
    await stage.activity(f"{stage.company}-a")
    [first] = await stage.wait_for(CalendarPut)
    stage.advance_clock(stage.running.settings.resend_seconds + 5)
    again = await stage.wait_for(CalendarPut, 2)
    assert {one.command_id for one in again} == {first.command_id}


async def test_k4_a_restart_loses_nothing(stage: MapperStage) -> None:
    await stage.linked_up()
    await stage.activity(f"{stage.company}-a")
    [put] = await stage.wait_for(CalendarPut)
    await stage.running.stop()
    await stage.answer_calendar(put, f"{stage.company}-e")
    await stage.event(f"{stage.company}-e2")
    await stage.start()
    await stage.wait_for(LinkStateChanged, where=lambda one: one.state == "active")
    [incoming] = await stage.wait_for(ActivityPut)
    assert incoming.changes.subject == "Standup"
    assert len(await stage.said(CalendarPut)) == 1


async def test_l1_g2_links_and_explain_answer_the_owner_alone(stage: MapperStage) -> None:
    await stage.linked_up(outbound_types=("lunch",))
    activity = await stage.activity(f"{stage.company}-a", note="secret note")
    event = await stage.event(f"{stage.company}-e")
    [put] = await stage.wait_for(ActivityPut)
    await stage.answer_crm(put)
    await stage.wait_for(LinkStateChanged, where=lambda one: one.state == "active")
    await stage.wait_for(SyncDecided, where=lambda one: one.rule == "C1")
    answer = await stage.ask("/v1/explain", activity_id=activity.id)
    [told] = [item for item in answer.json()["items"] if item["rule"] == "C1"]
    assert (told["outcome"], told["setting"]) == ("skipped", "outbound_types")
    assert told["remedy"]["value"] == ["call", "lunch"]
    assert "secret note" not in answer.text
    [link] = (await stage.ask("/v1/links", event_id=event.event_id)).json()["items"]
    assert (link["state"], link["origin"], link["activity_id"]) == ("active", "calendar", put.activity_id)
    assert (await stage.ask("/v1/links", activity_id=activity.id)).json()["items"] == []
    page = (await stage.ask("/v1/links", connection_id=stage.connection_id, state="active")).json()
    assert [one["event_id"] for one in page["items"]] == [event.event_id]


async def test_g4_links_and_explain_tell_nothing_to_others(stage: MapperStage) -> None:
    """A colleague gets 404; to another company an id is what one is that nobody has."""
    await stage.linked_up()
    event = await stage.event(f"{stage.company}-e")
    [put] = await stage.wait_for(ActivityPut)
    stranger = {"company": f"{stage.company}-other"}
    queries = [{"event_id": event.event_id}, {"activity_id": put.activity_id}]
    queries += [query | {"connection_id": stage.connection_id} for query in queries]
    for path in ("/v1/links", "/v1/explain"):
        for query in queries:
            answer = await stage.ask(path, user="8", **query)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
            theirs = await stage.ask(path, **query, **stranger)
            nobodys = await stage.ask(path, **dict.fromkeys(query, "nobodys"), **stranger)
            assert (theirs.status_code, theirs.text) == (nobodys.status_code, nobodys.text), path
    other = await stage.ask("/v1/links", connection_id=stage.connection_id, user="8")
    theirs = await stage.ask("/v1/links", connection_id=stage.connection_id, **stranger)
    nobodys = await stage.ask("/v1/links", connection_id="nobodys", **stranger)
    assert other.status_code == theirs.status_code == nobodys.status_code == 404
    assert theirs.text == nobodys.text


async def test_links_and_explain_are_lists_as_all_others(stage: MapperStage) -> None:
    """`limit` and `cursor`; a cursor that the list did not give is 422, whatever it holds."""
    await stage.linked_up(outbound_types=("lunch",))
    activity = await stage.activity(f"{stage.company}-a")
    await stage.wait_for(SyncDecided, where=lambda one: one.rule == "C1")
    await stage.connect(outbound_types=("call", "lunch"))
    await stage.wait_for(CalendarPut)
    whole = (await stage.ask("/v1/explain", activity_id=activity.id)).json()
    assert len(whole["items"]) > 1
    assert whole["next_cursor"] is None
    for path in ("/v1/links", "/v1/explain"):
        whole = (await stage.ask(path, activity_id=activity.id)).json()
        seen, more = [], {"limit": "1"}
        while "stop" not in more:
            page = (await stage.ask(path, activity_id=activity.id, **more)).json()
            assert len(page["items"]) == 1
            seen += page["items"]
            more = more | {"cursor": page["next_cursor"]} if page["next_cursor"] else {"stop": ""}
        assert seen == whole["items"], path
        for text in FOREIGN:
            answer = await stage.ask(path, activity_id=activity.id, cursor=encoded(text))
            assert (answer.status_code, answer.json()["code"]) == (422, "validation_error"), (path, text)


async def test_links_and_explain_want_a_filter(stage: MapperStage) -> None:
    for path in ("/v1/links", "/v1/explain"):
        answer = await stage.ask(path)
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_error"), path


async def test_l1_explain_answers_for_events_that_nobody_can_read(stage: MapperStage) -> None:
    await stage.linked_up()
    event_id = f"{stage.company}-unreadable"
    decided = SyncDecided(
        **stage.envelope(),
        connection_id=stage.connection_id,
        user_id="7",
        event_id=event_id,
        outcome="quarantined",
        rule="E3",
        words="The event repeats by a rule that cannot be expanded.",
        remedy=Remedy(words="Simplify how it repeats."),
    )
    await stage.send(topics.SYNC_DECISIONS, stage.connection_id, decided)

    async def explained() -> list[str]:
        answer = await stage.ask("/v1/explain", event_id=event_id)
        return [item["rule"] for item in answer.json()["items"]]

    assert await wait_until(explained, awaited="the quarantine to be explained", timeout=20) == ["E3"]
