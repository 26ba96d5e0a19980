"""Google Calendar API v3 as a `CalendarProvider`."""

import httpx

from connector.domain.provider.port import CalendarProvider


def make_google(*, api_url: str, http: httpx.AsyncClient, page_size: int = 2500) -> CalendarProvider:
    """Return the provider that talks to `api_url` (the root, without `/calendar/v3`) through the given client.

    `page_size` is events.list's maxResults (2500 is Google's limit); tests lower it to see several pages.
    The SDK is imported and its bundled discovery document read here, once: 0.4 s that no request waits for, and
    that a process without Google does not spend.
    """
    from connector.adapters.providers.google.adapter import GoogleCalendar  # noqa: PLC0415 - see above
    from connector.adapters.providers.google.transport import Transport, calendar_service  # noqa: PLC0415

    return GoogleCalendar(calendar_service(api_url), Transport(http), page_size)
