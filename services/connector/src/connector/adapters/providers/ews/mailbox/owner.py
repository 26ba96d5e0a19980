"""Whose mailbox it is."""

from typing import TYPE_CHECKING

from connector.adapters.providers.ews import calls, requests
from connector.adapters.providers.ews.mailbox.calendars import primary_calendar
from connector.adapters.providers.ews.xml import children, text_at
from connector.domain.provider.errors import Rejected
from connector.domain.provider.port import Account

if TYPE_CHECKING:
    from exchangelib import Account as Mailbox


def read_account(mailbox: "Mailbox") -> Account:
    """Return whose mailbox it is, which has a calendar. Raises CalendarUnavailable where there is none.

    Its id is the primary address: folders get other ids when the mailbox is moved to another server.
    """
    given = mailbox.primary_smtp_address
    primary_calendar(mailbox)
    email = _primary_address(mailbox, given) or given
    return Account(email.casefold(), email, () if email.casefold() == given.casefold() else (given,))


def _primary_address(mailbox: "Mailbox", given: str) -> str | None:
    """Return the primary address of who has the given one, which may be another of his; None where it is not told."""
    try:
        message = calls.only(calls.send(mailbox, requests.resolve(given), "calendar"), "calendar")
    except Rejected:  # nobody, or several, or a server that does not show its directory
        return None
    found = [
        text_at(one, "t:EmailAddress")
        for one in children(message, "m:ResolutionSet/t:Resolution/t:Mailbox")
        if text_at(one, "t:RoutingType") in {"", "SMTP"}
    ]
    same = [one for one in found if one.casefold() == given.casefold()]
    return next(iter(same or (found if len(found) == 1 else [])), None)
