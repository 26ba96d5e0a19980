"""What goes over the wire: addresses, parameters, headers, bodies; and answers that are not Google's."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from connector.adapters.providers.google import make_google
from connector.domain.provider.errors import CalendarUnavailable, Missing, NeedsReauth, Rejected, Transient
from connector.domain.provider.items import EventRead, Page
from connector.domain.provider.login import Login
from connector.domain.provider.port import CalendarProvider, NewEvent, WatchRequest
from contracts.calendar_objects import EventChanges, Marker
from contracts.times import Timed
from tests.unit.google_adapter.resources import resource

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
MARKER = Marker(account_key="k", activity_id="a", version=1, origin="crm")
START = datetime(2026, 11, 3, 11, tzinfo=UTC)
TIME = Timed(start=START, end=START + timedelta(hours=1), timezone="Europe/Berlin")
Answer = Callable[[httpx.Request], httpx.Response]


class Grant:
    """Hands out tokens t0, t1, ...; each renewal is the next."""

    mailbox = "ana"

    def __init__(self) -> None:
        self.renewals = 0

    async def token(self) -> str:
        return f"t{self.renewals}"

    async def renew(self) -> str:
        self.renewals += 1
        return f"t{self.renewals}"

    async def login(self) -> Login:
        raise NeedsReauth("no_login")

    async def login_refused(self) -> None:
        pass


class Google:
    """A scripted Google: answers in turn (the last one for ever) and keeps the requests."""

    def __init__(self, *answers: Any) -> None:
        self.requests: list[httpx.Request] = []
        self.access = Grant()
        self._answers = list(answers)

    def provider(self, **settings: Any) -> CalendarProvider:
        http = httpx.AsyncClient(transport=httpx.MockTransport(self._handle))
        return make_google(api_url="https://google.test/", http=http, **settings)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    async def changes(self, cursor: str | None = None, **settings: Any) -> list[Page]:
        return [page async for page in self.provider(**settings).changes(self.access, "cal@x", cursor, SINCE, SINCE)]

    async def update(self, changes: EventChanges, etag: str | None = '"1"') -> Any:
        return await self.provider().update(self.access, "cal@x", "abc123", changes, MARKER, etag=etag, invite=False)

    @property
    def queries(self) -> list[dict[str, str]]:
        return [dict(request.url.params) for request in self.requests]

    @property
    def body(self) -> Any:
        return json.loads(self.requests[-1].content)


def not_found() -> httpx.Response:
    return httpx.Response(
        404, json={"error": {"code": 404, "message": "Not Found", "errors": [{"reason": "notFound"}]}}
    )


async def test_a_first_read_has_a_lower_bound_alone() -> None:
    google = Google({"items": [], "nextPageToken": "p"}, {"items": [], "nextSyncToken": "s"})
    assert [page.cursor for page in await google.changes()] == [None, "s"]
    asked = {"singleEvents": "false", "maxResults": "2500", "timeMin": "2026-11-01T00:00:00+00:00", "alt": "json"}
    assert google.queries == [asked, asked | {"pageToken": "p"}]
    assert google.requests[0].url.raw_path.startswith(b"/calendar/v3/calendars/cal%40x/events?")


async def test_every_page_repeats_the_parameters_of_the_first() -> None:
    google = Google({"items": [], "nextPageToken": "p"}, {"items": [], "nextSyncToken": "s2"})
    await google.changes("s1", page_size=7)
    asked = {"singleEvents": "false", "maxResults": "7", "syncToken": "s1", "alt": "json"}
    assert google.queries == [asked, asked | {"pageToken": "p"}]


@pytest.mark.parametrize(
    "answer",
    [
        {"items": []},
        {"items": [], "nextSyncToken": ""},
        {"items": "none", "nextSyncToken": "s"},
        [],
        httpx.Response(200, html="<p>Sorry"),
        httpx.Response(200, content=b'{"items": ['),
        httpx.Response(200, content=b"\xff\xfe"),
        httpx.Response(200, stream=httpx.ByteStream(b"no gzip"), headers={"content-encoding": "gzip"}),
        httpx.Response(302, headers={"location": "https://elsewhere.test"}),
        httpx.ReadTimeout("slow"),
        httpx.ConnectError("refused"),
        httpx.RemoteProtocolError("gone"),
    ],
    ids=[
        "no-token",
        "empty-token",
        "no-list",
        "no-object",
        "html",
        "half",
        "binary",
        "gzip",
        "moved",
        "slow",
        "down",
        "cut",
    ],
)
async def test_what_is_no_answer_is_transient(answer: Any) -> None:
    with pytest.raises(Transient):
        await Google(answer).changes("s1")


async def test_rows_that_are_no_events_stop_nothing() -> None:
    google = Google({"items": [None, 7, resource()], "nextSyncToken": "s"})
    [page] = await google.changes()
    assert isinstance(page.items[2], EventRead)
    assert len(page.items) == 3


async def test_a_token_is_renewed_in_mid_read_and_used_from_then_on() -> None:
    google = Google({"items": [], "nextPageToken": "p"}, httpx.Response(401), {"items": [], "nextSyncToken": "s"})
    await google.changes()
    assert [request.headers["authorization"] for request in google.requests] == ["Bearer t0", "Bearer t0", "Bearer t1"]


async def test_a_token_is_renewed_only_once() -> None:
    google = Google(httpx.Response(401))
    with pytest.raises(NeedsReauth):
        await google.changes()
    assert google.access.renewals == 1


async def test_a_very_long_address_is_posted() -> None:
    google = Google({"items": [], "nextSyncToken": "s"})
    await google.changes("s" * 3000)
    [request] = google.requests
    assert (request.method, request.headers["x-http-method-override"]) == ("POST", "GET")
    assert request.url.query == b""
    assert b"syncToken=" + b"s" * 3000 in request.content
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"


async def test_invariant_5_a_patch_names_what_changed_and_the_marker() -> None:
    google = Google(resource())
    await google.update(EventChanges(summary="New", transparency="opaque"))
    assert google.body == {
        "summary": "New",
        "transparency": "opaque",
        "extendedProperties": {
            "private": {"tandem_account": "k", "tandem_activity": "a", "tandem_version": "1", "tandem_origin": "crm"}
        },
    }
    [request] = google.requests
    assert (request.method, request.headers["if-match"]) == ("PATCH", '"1"')
    assert google.queries == [{"sendUpdates": "none", "alt": "json"}]


async def test_a_new_time_nulls_what_the_other_kind_leaves() -> None:
    google = Google(resource())
    await google.update(EventChanges(time=TIME))
    assert google.body["start"] == {"dateTime": "2026-11-03T12:00:00+01:00", "timeZone": "Europe/Berlin", "date": None}


async def test_f6_what_google_cannot_hold_is_cut_for_google_alone() -> None:
    google = Google(resource(), resource())
    await google.update(EventChanges(description="é" * 9000, time=TIME.model_copy(update={"end": START})))
    assert google.body["description"] == "é" * 8192
    assert google.body["end"]["dateTime"] == "2026-11-03T12:30:00+01:00"


@pytest.mark.parametrize(
    ("there", "text", "html"),
    [
        (None, "if a < b then <call> Ben\nline two", "if a &lt; b then &lt;call&gt; Ben\nline two"),
        ("<b>Agenda</b><br>offer", "Agenda\nprice & terms", "<b>Agenda</b><br>price &amp; terms"),
        ("<b>Agenda</b>", "<" * 3000, "&lt;" * 2048),
    ],
)
async def test_f6_f9_a_description_is_written_as_html_into_what_is_there(
    there: str | None, text: str, html: str
) -> None:
    google = Google(resource(description=there), resource())
    await google.update(EventChanges(description=text))
    assert google.body["description"] == html
    assert [request.method for request in google.requests] == ["GET", "PATCH"]


async def test_without_a_known_etag_a_write_is_unconditional() -> None:
    google = Google(resource())
    await google.update(EventChanges(summary="New"), etag=None)
    assert "if-match" not in google.requests[0].headers


async def test_an_event_cannot_be_created_without_a_time() -> None:
    google = Google(resource())
    new = NewEvent("abc", EventChanges(summary="When?"), MARKER)
    with pytest.raises(Rejected):
        await google.provider().create(google.access, "cal@x", new, invite=False)
    assert google.requests == []


async def test_an_unknown_zone_is_refused_before_anything_is_sent() -> None:
    google = Google(resource())
    with pytest.raises(Rejected):
        await google.update(EventChanges(time=TIME.model_copy(update={"timezone": "Mars/Olympus"})))
    assert google.requests == []


async def test_i1_invitations_are_sent_only_when_asked() -> None:
    google = Google(resource())
    new = NewEvent("abc", EventChanges(summary="Come", time=TIME), MARKER)
    await google.provider().create(google.access, "cal@x", new, invite=True)
    assert google.queries == [{"sendUpdates": "all", "alt": "json"}]
    assert "attendees" not in google.body


async def test_h2_a_missing_item_of_a_lost_calendar_is_access_lost() -> None:
    google = Google(not_found())
    with pytest.raises(CalendarUnavailable):
        await google.provider().read(google.access, "cal@x", "abc")


async def test_h2_a_missing_item_of_a_calendar_that_is_there_is_missing() -> None:
    google = Google(not_found(), {"id": "cal@x", "timeZone": "UTC"})
    with pytest.raises(Missing):
        await google.provider().read(google.access, "cal@x", "abc")
    assert [request.url.path for request in google.requests] == [
        "/calendar/v3/calendars/cal@x/events/abc",
        "/calendar/v3/calendars/cal@x",
    ]


async def test_d6_a_time_without_a_zone_is_in_the_calendars() -> None:
    bare = {"start": {"dateTime": "2026-11-03T12:00:00Z"}, "end": {"dateTime": "2026-11-03T13:00:00Z"}}
    google = Google(resource(**bare), {"id": "cal@x", "timeZone": "Asia/Tokyo"})
    item = await google.provider().read(google.access, "cal@x", "abc123")
    assert isinstance(item, EventRead)
    assert isinstance(item.event.fields.time, Timed)
    assert item.event.fields.time.timezone == "Asia/Tokyo"


async def test_a_channels_expiration_is_read_back() -> None:
    google = Google({"kind": "api#channel", "id": "ch", "resourceId": "r", "expiration": "1795000000000"})
    request = WatchRequest("ch", "secret", "https://tandem.example/webhooks/google")
    watch = await google.provider().watch(google.access, "cal@x", request)
    assert watch.expires_at == datetime.fromtimestamp(1795000000, UTC)
    assert google.body == {"id": "ch", "type": "web_hook", "address": request.address, "token": "secret"}


async def test_a5_calendars_follow_their_pages_and_say_why_not() -> None:
    first = {"items": [{"id": "z", "summary": "Team", "accessRole": "writer", "timeZone": "UTC"}], "nextPageToken": "p"}
    rest = [
        {"id": "me@x", "summary": "Me", "accessRole": "owner", "primary": True, "timeZone": "Europe/Rome"},
        {"id": "de#holiday@group.v.calendar.google.com", "summary": "Feiertage", "accessRole": "owner"},
        {"id": "addressbook#contacts@group.v.calendar.google.com", "summary": "Birthdays", "accessRole": "reader"},
        {"id": "r", "summary": "Read", "summaryOverride": "Mine", "accessRole": "reader"},
        {"id": "f", "summary": "Busy", "accessRole": "freeBusyReader"},
        {"id": "w", "summary": "Shared", "accessRole": "writerWithoutPrivateAccess"},
        {"id": "d", "summary": "Old", "accessRole": "owner", "deleted": True},
    ]
    google = Google(first, {"items": rest})
    found = await google.provider().calendars(google.access)
    assert found[0].id == "me@x"
    assert {one.id for one in found if one.selectable} == {"me@x", "z", "w"}
    assert all(one.reason for one in found if not one.selectable)
    assert next(one.name for one in found if one.id == "r") == "Mine"
