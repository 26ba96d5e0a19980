"""Exchange Server on premises, through EWS, as a `CalendarProvider`."""

from typing import TYPE_CHECKING

from chassis.clock import Clock
from connector.domain.provider.port import CalendarProvider

if TYPE_CHECKING:
    from connector.adapters.providers.ews.mailboxes import Mailboxes


def make_ews(mailboxes: "Mailboxes", clock: Clock, page_size: int = 200) -> CalendarProvider:
    """Return the provider that calls mailboxes through `mailboxes`.

    `page_size` (at most 512) is how many changes are asked for at once; tests lower it to see several pages.
    exchangelib is imported here, so that a process without Exchange does not spend the time and memory.
    """
    from connector.adapters.providers.ews.adapter import EwsCalendar  # noqa: PLC0415 - see above

    return EwsCalendar(mailboxes, clock, page_size)
