"""Outlook.com and Microsoft 365 calendars, through Microsoft Graph v1.0, as a `CalendarProvider`."""

import httpx

from chassis.clock import Clock
from connector.domain.provider.port import CalendarProvider


def make_graph(*, api_url: str, http: httpx.AsyncClient, clock: Clock, page_size: int = 200) -> CalendarProvider:
    """Return the provider that talks to `api_url` (with `/v1.0`) through the given client.

    `page_size` is asked for in lists and rounds of changes; tests lower it to see several pages. Personal and work
    accounts differ in where they sign in, and not here. The SDK is imported here, so that a process without Microsoft
    does not spend the time and memory.
    """
    from connector.adapters.providers.graph.adapter import GraphCalendar  # noqa: PLC0415 - see above
    from connector.adapters.providers.graph.requests import Requests  # noqa: PLC0415
    from connector.adapters.providers.graph.transport import Transport  # noqa: PLC0415

    return GraphCalendar(Requests(api_url), Transport(http), clock, page_size)
