"""Exchange Server on premises, through EWS, as a `CalendarProvider`."""

from chassis.clock import Clock
from connector.adapters.providers.ews.adapter import EwsCalendar
from connector.adapters.providers.ews.mailboxes import Mailboxes
from connector.domain.provider.port import CalendarProvider


def make_ews(mailboxes: Mailboxes, clock: Clock, page_size: int = 200) -> CalendarProvider:
    """Return the provider that calls mailboxes through `mailboxes`.

    `page_size` (at most 512) is how many changes are asked for at once; tests lower it to see several pages.
    exchangelib is imported in the thread of the first call, so that a process without Exchange does not spend the time
    and memory.
    """
    return EwsCalendar(mailboxes, clock, page_size)
