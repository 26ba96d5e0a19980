"""Microsoft's own client library in front of the simulator: what it sends is taken, what it gets is understood."""

from collections.abc import AsyncIterator
from typing import Any, TypeVar

import httpx
import pytest
from kiota_abstractions.authentication import (
    AccessTokenProvider,
    AllowedHostsValidator,
    BaseBearerTokenAuthenticationProvider,
)
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_http.middleware.options import RetryHandlerOption
from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
from msgraph.generated.models.event import Event
from msgraph.generated.models.event_type import EventType
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.patterned_recurrence import PatternedRecurrence
from msgraph.generated.models.recurrence_pattern import RecurrencePattern
from msgraph.generated.models.recurrence_pattern_type import RecurrencePatternType
from msgraph.generated.models.recurrence_range import RecurrenceRange
from msgraph.generated.models.recurrence_range_type import RecurrenceRangeType
from msgraph.generated.users.item.calendar_view.delta.delta_request_builder import DeltaRequestBuilder
from msgraph.graph_request_adapter import GraphRequestAdapter, options
from msgraph.graph_service_client import GraphServiceClient
from msgraph_core import GraphClientFactory  # type: ignore[import-untyped]  # it has no py.typed

from tests.contract.microsoft_simulator.driver import Microsoft
from tests.support.simulator_driver import ANN

T = TypeVar("T")


def _there(value: T | None) -> T:
    """The SDK says of everything that it may be missing."""
    assert value is not None
    return value


class _Token(AccessTokenProvider):
    """One token for every host: the simulator's is none of Microsoft's."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def get_authorization_token(
        self, uri: str, additional_authentication_context: dict[str, Any] | None = None
    ) -> str:
        return self._token

    def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
        return AllowedHostsValidator([])


@pytest.fixture
async def sdk(microsoft: Microsoft) -> AsyncIterator[GraphServiceClient]:
    token = microsoft.http.headers["Authorization"].removeprefix("Bearer ")
    transport = httpx.ASGITransport(app=microsoft.http._transport.app)  # type: ignore[attr-defined]
    no_retry = {RetryHandlerOption.get_key(): RetryHandlerOption(max_retries=0)}
    async with httpx.AsyncClient(transport=transport) as http:
        client = GraphClientFactory.create_with_default_middleware(client=http, options={**options, **no_retry})
        adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(_Token(token)), client)
        adapter.base_url = "http://graph.test/v1.0"
        yield GraphServiceClient(request_adapter=adapter)


def _event(**more: Any) -> Event:
    start, end = (
        DateTimeTimeZone(date_time=f"2026-12-01T{hour}:00:00", time_zone="Europe/Berlin") for hour in (10, 11)
    )
    return Event(subject="from the SDK", start=start, end=end, **more)


async def test_reading_the_account(sdk: GraphServiceClient) -> None:
    user, calendars = _there(await sdk.me.get()), _there(await sdk.me.calendars.get())
    assert user.mail == ANN
    assert [one.is_default_calendar for one in _there(calendars.value)] == [True, False, False, False]


async def test_an_event_there_and_back(sdk: GraphServiceClient) -> None:
    made = _there(await sdk.me.events.post(_event(transaction_id="t-1")))
    assert made.type is EventType.SingleInstance
    event = sdk.me.events.by_event_id(_there(made.id))
    assert _there(await event.patch(Event(location=None, subject="changed"))).subject == "changed"
    await event.delete()
    with pytest.raises(ODataError) as error:
        await event.get()
    assert (error.value.response_status_code, _code(error.value)) == (404, "ErrorItemNotFound")


def _code(error: ODataError) -> str | None:
    return _there(error.error).code


async def test_the_null_trap(sdk: GraphServiceClient) -> None:
    """Facts 5: a null assigned after construction goes out under Python's name, and is refused."""
    made = _there(await sdk.me.events.post(_event()))
    change = Event(subject="x")
    change.transaction_id = None
    with pytest.raises(ODataError, match="transaction_id") as error:
        await sdk.me.events.by_event_id(_there(made.id)).patch(change)
    assert error.value.response_status_code == 400


async def test_the_empty_parameters_of_events_delta(sdk: GraphServiceClient) -> None:
    """Facts 5: the SDK sends `startDateTime=` although nobody set it, which is 400; `with_url` is the way."""
    with pytest.raises(ODataError) as error:
        await sdk.me.calendar.events.delta.get()
    assert _code(error.value) == "ErrorInvalidParameter"
    builder = sdk.me.calendar.events.delta.with_url("http://graph.test/v1.0/me/calendar/events/delta")
    assert _there(await builder.get()).odata_delta_link


async def test_a_series_in_a_delta(sdk: GraphServiceClient) -> None:
    pattern = RecurrencePattern(type=RecurrencePatternType.Daily, interval=1)
    extent = RecurrenceRange(type=RecurrenceRangeType.Numbered, number_of_occurrences=3)
    made = _there(await sdk.me.events.post(_event(recurrence=PatternedRecurrence(pattern=pattern, range=extent))))
    assert made.type is EventType.SeriesMaster
    query = DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters(
        start_date_time="2026-11-01T00:00:00Z", end_date_time="2027-01-01T00:00:00Z"
    )
    page = _there(await sdk.me.calendar_view.delta.get(RequestConfiguration(query_parameters=query)))
    rows = _there(page.value)
    assert {row.type for row in rows} == {EventType.Occurrence}
    assert {row.series_master_id for row in rows} == {made.id}
    nothing = await sdk.me.calendar_view.delta.with_url(_there(page.odata_delta_link)).get()
    assert _there(nothing).value == []


async def test_throttling_reaches_the_caller(sdk: GraphServiceClient, microsoft: Microsoft) -> None:
    await microsoft.trap("fault.429", retry_after=7)
    with pytest.raises(ODataError) as error:
        await sdk.me.get()
    assert (error.value.response_status_code, _there(error.value.response_headers)["retry-after"]) == (429, "7")
