"""Servers that speak Graph unlike Exchange Online: what they leave out or overlook breaks nothing."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from connector.domain.provider.errors import AlreadyExists, Missing, Transient
from connector.domain.provider.items import EventRead, EventRemoved, OccurrenceCancelled, OccurrenceRead, SeriesRead
from connector.domain.provider.port import NewEvent, WatchRequest
from contracts.calendar_objects import EventChanges, Marker
from tests.contract.providers.graph_stage import graph_stage
from tests.contract.providers.simulated_stage import SimulatedStage
from tests.contract.providers.stage import NOW, Planned, pull, timed

Json = dict[str, Any]
Asked = Callable[[httpx.URL], httpx.URL]
Told = Callable[[httpx.Request, httpx.Response], httpx.Response]

SINGLE = Planned(EventChanges(summary="One", time=timed(3, 9)))
SERIES = Planned(EventChanges(summary="Stand-up", time=timed(3, 9)), recurrence=("RRULE:FREQ=DAILY;COUNT=5",))
MARKER = Marker(account_key="k", activity_id="a", version=1, origin="crm")
NEW = NewEvent("key", EventChanges(summary="Ours", time=timed(3, 9)), MARKER)
CHANNEL = WatchRequest(id="channel-1", token="secret", address="https://tandem.example/webhooks/microsoft")


class Between(httpx.AsyncBaseTransport):
    """Alters what is asked of Graph and what it tells; the stage's own acts pass as they are."""

    def __init__(self, inner: httpx.AsyncBaseTransport, asked: Asked, told: Told) -> None:
        self._inner, self._asked, self._told = inner, asked, told

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.startswith("/v1.0/"):
            return await self._inner.handle_async_request(request)
        request.url = self._asked(request.url)
        answer = await self._inner.handle_async_request(request)
        await answer.aread()
        return self._told(request, answer)


@asynccontextmanager
async def graph(
    asked: Asked = lambda url: url, told: Told = lambda _request, answer: answer
) -> AsyncIterator[SimulatedStage]:
    """A work account behind a server that differs."""
    async with graph_stage(through=lambda inner: Between(inner, asked, told)) as stage:
        yield stage


def without(*options: str) -> Asked:
    """Overlook some of the query's options."""

    def asked(url: httpx.URL) -> httpx.URL:
        kept = [(name, value) for name, value in url.params.multi_items() if name not in options]
        return url.copy_with(params=kept or None)

    return asked


def rewritten(change: Callable[[Json], Json]) -> Told:
    """Change the body of every good answer."""

    def told(_: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if answer.is_error or not answer.content:
            return answer
        return httpx.Response(answer.status_code, json=change(answer.json()), headers=_headers(answer))

    return told


def _headers(answer: httpx.Response) -> Mapping[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in {"content-length", "content-type"}}


@pytest.mark.parametrize("options", [("$select",), ("$top",), ("$filter",), ("$select", "$top", "$filter")])
async def test_options_that_are_overlooked(options: tuple[str, ...]) -> None:
    async with graph(without(*options)) as stage:
        single, series = await stage.create(SINGLE), await stage.create(SERIES)
        items, cursor = await pull(stage)
        assert [one.event.event_id for one in items if isinstance(one, EventRead)] == [single]
        assert [one.event.event_id for one in items if isinstance(one, SeriesRead)] == [series]
        await stage.edit(single, EventChanges(summary="Two"))
        items, cursor = await pull(stage, cursor)
        assert single in [one.event.event_id for one in items if isinstance(one, EventRead)]
        before = await stage.call("GET", "/control/journal/counts")
        assert (await pull(stage, cursor))[0] == []
        after = await stage.call("GET", "/control/journal/counts")
        assert after["events.get"] == before["events.get"], "a read of nothing reads no event"


async def test_invariant_3_an_event_is_made_once_where_no_marks_are_shown() -> None:
    async with graph(without("$expand")) as stage:
        made = await stage.provider.create(stage.access, stage.calendar_id, NEW, invite=False)
        assert isinstance(made, EventRead)
        assert made.event.marker == MARKER
        await stage.edit(made.event.event_id, EventChanges(summary="Theirs"))
        with pytest.raises(AlreadyExists):
            await stage.provider.create(stage.access, stage.calendar_id, NEW, invite=False)
        assert len((await pull(stage))[0]) == 1


async def test_invariant_3_a_search_that_finds_everything_finds_the_right_one() -> None:
    async with graph(without("$filter", "$top")) as stage:
        other = NewEvent("other", NEW.content, MARKER.model_copy(update={"activity_id": "b"}))
        for one in (other, NEW):
            await stage.provider.create(stage.access, stage.calendar_id, one, invite=False)
        again = NewEvent(NEW.key, NEW.content, NEW.marker, unsure=True)
        with pytest.raises(AlreadyExists) as caught:
            await stage.provider.create(stage.access, stage.calendar_id, again, invite=False)
        found = await stage.provider.read(stage.access, stage.calendar_id, caught.value.event_id or "")
        assert isinstance(found, EventRead)
        assert found.event.marker == MARKER


@pytest.mark.parametrize("hidden", [{"exceptionOccurrences", "cancelledOccurrences"}, {"cancelledOccurrences"}])
async def test_e3_what_a_master_does_not_tell_of_its_occurrences_is_found_among_them(hidden: set[str]) -> None:
    def bare(body: Json) -> Json:
        return {name: value for name, value in body.items() if name not in hidden}

    async with graph(told=rewritten(bare)) as stage:
        series_id = await stage.create(SERIES)
        moved, gone = (f"{series_id}_202611{day}T090000Z" for day in ("04", "05"))
        await stage.edit(moved, EventChanges(summary="Only here"))
        await stage.delete(gone)
        [series] = (await pull(stage))[0]
        assert isinstance(series, SeriesRead)
        changed = [one.event for one in series.exceptions or () if isinstance(one, OccurrenceRead)]
        cancelled = [one.event_id for one in series.exceptions or () if isinstance(one, OccurrenceCancelled)]
        assert [(one.event_id, one.fields.summary) for one in changed] == [(moved, "Only here")]
        assert cancelled == [gone]


async def test_e3_without_a_list_of_occurrences_the_rule_alone_counts() -> None:
    def told(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if request.url.path.endswith("/instances"):
            return httpx.Response(501, json={"error": {"code": "NotImplemented"}})
        return rewritten(lambda body: {name: value for name, value in body.items() if "Occurrences" not in name})(
            request, answer
        )

    async with graph(told=told) as stage:
        await stage.create(SERIES)
        [series] = (await pull(stage))[0]
        assert isinstance(series, SeriesRead)
        assert series.exceptions == ()


async def test_links_under_another_name_of_the_server_are_followed_here() -> None:
    def named(body: Json) -> Json:
        return {
            name: value.replace("http://graph.test/", "https://graph.microsoft.com/") if "Link" in name else value
            for name, value in body.items()
        }

    async with graph(told=rewritten(named)) as stage:
        for _ in range(5):
            await stage.create(SINGLE)
        items, cursor = await pull(stage)
        assert len(items) == 5
        assert (await pull(stage, cursor))[0] == []


async def test_a_link_that_leads_out_of_the_api_is_not_followed() -> None:
    def named(body: Json) -> Json:
        return body | ({"@odata.nextLink": "http://graph.test/elsewhere"} if "@odata.nextLink" in body else {})

    async with graph(told=rewritten(named)) as stage:
        for _ in range(5):
            await stage.create(SINGLE)
        with pytest.raises(Transient):
            await pull(stage)


@pytest.mark.parametrize(
    "body", [{"error": {"code": "itemNotFound", "message": "Gone."}}, {"error": {"code": "Request_ResourceNotFound"}}]
)
async def test_h2_an_event_is_gone_whatever_the_404_is_called(body: Json) -> None:
    def told(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        missing = answer.status_code == 404 and "/events/" in request.url.path
        return httpx.Response(404, content=json.dumps(body)) if missing else answer

    async with graph(told=told) as stage:
        event_id = await stage.create(SINGLE)
        _, cursor = await pull(stage)
        await stage.delete(event_id)
        items, _ = await pull(stage, cursor)
        assert items == [EventRemoved(event_id)]


async def test_h2_what_is_no_id_at_all_proves_nothing() -> None:
    async with graph() as stage:
        with pytest.raises(Missing):
            await stage.provider.read(stage.access, stage.calendar_id, "not an id")


async def test_invariant_3_an_event_that_readers_do_not_see_yet_is_not_made_twice() -> None:
    async with graph() as stage:
        await stage.call(
            "POST", "/control/traps", {"trap": "fault.404", "count": 2, "operation": "events.get", "parameters": {}}
        )
        with pytest.raises(Transient):
            await stage.provider.create(stage.access, stage.calendar_id, NEW, invite=False)
        again = NewEvent(NEW.key, NEW.content, NEW.marker, unsure=True)
        with pytest.raises(AlreadyExists):
            await stage.provider.create(stage.access, stage.calendar_id, again, invite=False)
        await stage.calm()
        assert len((await pull(stage))[0]) == 1


async def test_j3_a_new_event_that_its_user_deletes_at_once_is_not_made_again() -> None:
    """The deletion may come before we read back what we made; it is the user's, and a later read finds it (H1)."""
    async with graph() as stage:
        await stage.call("POST", "/control/traps", {"trap": "fault.404", "count": 1, "operation": "events.get"})
        made = await stage.provider.create(stage.access, stage.calendar_id, replace(NEW, tried_at=NOW), invite=False)
        assert isinstance(made, EventRead)
        assert (made.event.marker, made.event.fields.summary) == (MARKER, "Ours")


@pytest.mark.parametrize("unsure", [True, False])
async def test_invariant_3_the_transaction_of_an_event_deleted_long_ago_makes_no_event(unsure: bool) -> None:
    refused = AlreadyExists if unsure else Transient
    async with graph() as stage:
        await stage.call("POST", "/control/traps", {"trap": "fault.404", "count": 2, "operation": "events.get"})
        later = replace(NEW, unsure=unsure, tried_at=NOW + timedelta(minutes=1))
        with pytest.raises(refused):
            await stage.provider.create(stage.access, stage.calendar_id, later, invite=False)


async def test_an_answer_to_a_write_that_tells_nothing_is_followed_by_a_read() -> None:
    def told(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        return httpx.Response(200, json={}) if request.method == "PATCH" else answer

    async with graph(told=told) as stage:
        event_id = await stage.create(SINGLE)
        changed = await stage.provider.update(
            stage.access, stage.calendar_id, event_id, EventChanges(summary="Two"), MARKER, etag=None, invite=False
        )
        assert isinstance(changed, EventRead)
        assert (changed.event.fields.summary, changed.event.marker) == ("Two", MARKER)


async def test_calendars_that_do_not_tell_whether_they_can_be_written_can_be_chosen() -> None:
    def bare(body: Json) -> Json:
        rows = [{name: value for name, value in row.items() if name != "canEdit"} for row in body.get("value", [])]
        return body | ({"value": rows} if rows else {})

    async with graph(told=rewritten(bare)) as stage:
        assert all(one.selectable for one in await stage.provider.calendars(stage.access))


@pytest.mark.parametrize("status", [403, 404, 501])
async def test_d6_without_the_mailboxs_settings_its_zone_is_utc(status: int) -> None:
    def told(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        refused = request.url.path.endswith("/mailboxSettings")
        return httpx.Response(status, json={"error": {"code": "NotHere"}}) if refused else answer

    async with graph(told=told) as stage:
        assert {one.timezone for one in await stage.provider.calendars(stage.access)} == {"UTC"}


async def test_a_subscription_that_is_not_listed_is_found_by_the_words_of_the_refusal() -> None:
    def told(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        listing = request.method == "GET" and request.url.path.endswith("/subscriptions")
        return httpx.Response(200, json={"value": []}) if listing else answer

    async with graph(told=told) as stage:
        first = await stage.provider.watch(stage.access, stage.calendar_id, CHANNEL)
        second = await stage.provider.watch(stage.access, stage.calendar_id, CHANNEL)
        assert second.resource_id != first.resource_id
        assert len(await stage.call("GET", "/control/subscriptions")) == 1


@pytest.mark.parametrize("status", [400, 403, 404, 409])
async def test_a_subscription_that_cannot_be_renewed_counts_as_gone(status: int) -> None:
    def told(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        renewal = request.method == "PATCH" and "/subscriptions/" in request.url.path
        return httpx.Response(status, json={"error": {"code": "ExtensionError"}}) if renewal else answer

    async with graph(told=told) as stage:
        watch = await stage.provider.watch(stage.access, stage.calendar_id, CHANNEL)
        with pytest.raises(Missing):
            await stage.provider.prolong(stage.access, watch)


async def test_the_end_that_was_given_counts_and_not_the_one_asked_for() -> None:
    async with graph() as stage:
        await stage.arm("subscription.cut_expiration", {"seconds": 3600})
        watch = await stage.provider.watch(stage.access, stage.calendar_id, CHANNEL)
        assert (watch.expires_at - NOW).total_seconds() == 3600
