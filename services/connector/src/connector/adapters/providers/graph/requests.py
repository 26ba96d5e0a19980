"""Requests as Microsoft's SDK builds them: paths, options and the encoding of ids are its business.

They are sent by httpx (`transport`), and bodies are plain JSON both ways; why is told in
docs/decisions/graph-requests-are-built-by-the-sdk.md.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from kiota_abstractions.authentication import AnonymousAuthenticationProvider
from kiota_abstractions.base_request_builder import BaseRequestBuilder
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from msgraph.generated.users.item.calendars.item.events.item.event_item_request_builder import EventItemRequestBuilder
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient

from connector.adapters.providers.graph.events.marker import EXPAND, marked_with

_PREFER = 'IdType="ImmutableId", outlook.timezone="UTC"'
"""On every call: ids that a move between folders does not change, and times in UTC."""
_EXCEPTIONS = "exceptionOccurrences"
# `cancelledOccurrences` is shown only where it is selected, and then nothing else is that is not selected too.
_EVENT = [
    "id",
    "changeKey",
    "createdDateTime",
    "subject",
    "body",
    "start",
    "end",
    "isAllDay",
    "originalStartTimeZone",
    "originalEndTimeZone",
    "location",
    "showAs",
    "sensitivity",
    "attendees",
    "organizer",
    "isOrganizer",
    "isCancelled",
    "responseStatus",
    "onlineMeeting",
    "onlineMeetingUrl",
    "iCalUId",
    "webLink",
    "lastModifiedDateTime",
    "type",
    "seriesMasterId",
    "originalStart",
    "occurrenceId",
    "recurrence",
]
_MOST_INSTANCES = 200
_CALENDARS_KEPT = 10_000
_CHANGES = "created,updated,deleted"


def _options(**options: object) -> str:
    named = {f"${name}": ",".join(value) if isinstance(value, list) else value for name, value in options.items()}
    return urlencode(named, quote_via=quote, safe="$,()/:")


# Encoded once: doing it with every request would cost more than sending it.
_SHOWN = _options(select=_EVENT, expand=[EXPAND])
_WHOLE = _options(select=[*_EVENT, "cancelledOccurrences"], expand=[EXPAND, _EXCEPTIONS])


@lru_cache(maxsize=1)
def _client() -> GraphServiceClient:
    """Return what builds requests: it sends none, and making its HTTP client takes longer than the rest of a start."""
    return GraphServiceClient(request_adapter=GraphRequestAdapter(AnonymousAuthenticationProvider()))


class Requests:
    """Builds the requests of `GraphCalendar`."""

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/")
        client = _client()
        self._me, self._subscriptions = client.me, client.subscriptions
        self._events_url = lru_cache(maxsize=_CALENDARS_KEPT)(self._built_events_url)

    def me(self) -> RequestInformation:
        """Who signed in."""
        return self._get(self._me, _options(select=["id", "mail", "userPrincipalName"]))

    def settings(self) -> RequestInformation:
        """The mailbox's own settings, of which its time zone is wanted."""
        return self._get(self._me.mailbox_settings, _options(select=["timeZone"]))

    def calendars(self, page_size: int) -> RequestInformation:
        """The account's calendars."""
        return self._get(self._me.calendars, _options(top=page_size))

    def calendar(self, calendar_id: str) -> RequestInformation:
        """One calendar, to see whether it is there."""
        return self._get(self._me.calendars.by_calendar_id(calendar_id), _options(select=["id"]))

    def events(self, calendar_id: str, since: datetime, page_size: int) -> RequestInformation:
        """Single events that end after `since`, and masters whose first occurrence does."""
        ends = f"end/dateTime ge '{_wall(since)}'"
        return self._listed(calendar_id, _options(filter=ends, top=page_size), _SHOWN)

    def modified(self, calendar_id: str, since: str, page_size: int) -> RequestInformation:
        """Which masters were modified since a moment, as the server tells moments; without one, all of them."""
        series = "type eq 'seriesMaster'"
        which = f"{series} and lastModifiedDateTime ge {since}" if since else series
        shown = _options(filter=which, select=["id", "changeKey", "type", "lastModifiedDateTime"], top=page_size)
        return self._listed(calendar_id, shown)

    def marked(self, calendar_id: str, activity_id: str) -> RequestInformation:
        """The events marked with an activity."""
        return self._listed(calendar_id, _options(filter=marked_with(activity_id)), _SHOWN)

    def event(self, calendar_id: str, event_id: str) -> RequestInformation:
        """One event with its mark; of a master, all that became of its occurrences."""
        return self._at(Method.GET, f"{self._event_url(calendar_id, event_id)}?{_WHOLE}")

    def instances(self, calendar_id: str, series_id: str, since: datetime, until: datetime) -> RequestInformation:
        """The occurrences of a series between two moments."""
        between = _between(since, until) | {"%24select": _EVENT, "%24top": _MOST_INSTANCES}
        return self._built(Method.GET, self._event(calendar_id, series_id).instances, between)

    def delta(self, calendar_id: str, since: datetime, until: datetime, page_size: int) -> RequestInformation:
        """The first page of a round of changes, in a window that the round keeps for good."""
        view = self._me.calendars.by_calendar_id(calendar_id).calendar_view.delta
        return _paged(self._built(Method.GET, view, _between(since, until)), page_size)

    def follow(self, link: str, page_size: int) -> RequestInformation | None:
        """What a `nextLink` or `deltaLink` leads to, None for one that leads out of the API.

        It is followed at the server that we know, whatever name it gives itself behind a proxy: our tokens go nowhere
        else. `Prefer` is not part of a link: it is repeated with each.
        """
        told, root = urlsplit(link), urlsplit(self._root)
        if not told.path.startswith(f"{root.path}/"):
            return None
        here = urlunsplit((root.scheme, root.netloc, told.path, told.query, ""))
        return _paged(self._at(Method.GET, here), page_size)

    def create(self, calendar_id: str, body: Mapping[str, Any]) -> RequestInformation:
        """Create an event."""
        return _holding(self._at(Method.POST, self._events_url(calendar_id)), body)

    def update(self, calendar_id: str, event_id: str, body: Mapping[str, Any], etag: str | None) -> RequestInformation:
        """Change an event, if it is still the one of the etag."""
        asked = self._at(Method.PATCH, self._event_url(calendar_id, event_id))
        return _if_match(_holding(asked, body), etag)

    def delete(self, calendar_id: str, event_id: str, etag: str | None) -> RequestInformation:
        """Delete an event, if it is still the one of the etag."""
        return _if_match(self._at(Method.DELETE, self._event_url(calendar_id, event_id)), etag)

    def subscribe(self, calendar_id: str, body: Mapping[str, Any]) -> RequestInformation:
        """Open a subscription for the events of a calendar."""
        whole = {"changeType": _CHANGES, "resource": self.resource(calendar_id), **body}
        return self._with(Method.POST, self._subscriptions, whole)

    def subscriptions(self) -> RequestInformation:
        """The subscriptions that we have for this account."""
        return self._built(Method.GET, self._subscriptions)

    def renew(self, subscription_id: str, expires_at: str) -> RequestInformation:
        """Give a subscription a later end."""
        builder = self._subscriptions.by_subscription_id(subscription_id)
        return self._with(Method.PATCH, builder, {"expirationDateTime": expires_at})

    def unsubscribe(self, subscription_id: str) -> RequestInformation:
        """Close a subscription."""
        return self._built(Method.DELETE, self._subscriptions.by_subscription_id(subscription_id))

    def resource(self, calendar_id: str) -> str:
        """Return what a subscription watches; documented for the default calendar alone, and working for all."""
        return f"/me/calendars/{calendar_id}/events"

    def _event(self, calendar_id: str, event_id: str) -> EventItemRequestBuilder:
        return self._me.calendars.by_calendar_id(calendar_id).events.by_event_id(event_id)

    def _built_events_url(self, calendar_id: str) -> str:
        """Return the address of a calendar's events: built once, since the SDK's encoder works letter by letter."""
        return self._built(Method.GET, self._me.calendars.by_calendar_id(calendar_id).events).url

    def _event_url(self, calendar_id: str, event_id: str) -> str:
        return f"{self._events_url(calendar_id)}/{quote(event_id, safe='')}"

    def _listed(self, calendar_id: str, *options: str) -> RequestInformation:
        return self._at(Method.GET, f"{self._events_url(calendar_id)}?{'&'.join(options)}")

    def _at(self, method: Method, url: str) -> RequestInformation:
        info = RequestInformation()
        info.http_method, info.url = method, url
        info.headers.try_add("Accept", "application/json")
        return _preferring(info)

    def _built(
        self, method: Method, builder: BaseRequestBuilder, query: Mapping[str, object] | None = None
    ) -> RequestInformation:
        info = RequestInformation(method, builder.url_template, {**builder.path_parameters, "baseurl": self._root})
        info.query_parameters.update(query or {})
        info.headers.try_add("Accept", "application/json")
        return _preferring(info)

    def _get(self, builder: BaseRequestBuilder, *options: str) -> RequestInformation:
        info = self._built(Method.GET, builder)
        info.url = f"{info.url}?{'&'.join(options)}"
        return info

    def _with(self, method: Method, builder: BaseRequestBuilder, body: Mapping[str, Any]) -> RequestInformation:
        return _holding(self._built(method, builder), body)


def _holding(info: RequestInformation, body: Mapping[str, Any]) -> RequestInformation:
    info.set_stream_content(json.dumps(body).encode(), "application/json")
    return info


def _preferring(info: RequestInformation) -> RequestInformation:
    info.headers.add("Prefer", _PREFER)
    return info


def _paged(info: RequestInformation, page_size: int) -> RequestInformation:
    info.headers.add("Prefer", f"odata.maxpagesize={page_size}")
    return info


def _between(since: datetime, until: datetime) -> dict[str, object]:
    return {"startDateTime": f"{_wall(since)}Z", "endDateTime": f"{_wall(until)}Z"}


def _if_match(info: RequestInformation, etag: str | None) -> RequestInformation:
    if etag:
        info.headers.add("If-Match", etag)
    return info


def _wall(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
