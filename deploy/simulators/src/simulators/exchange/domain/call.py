"""One authenticated request to EWS, on its way to its operation."""

from dataclasses import dataclass

from simulators.exchange.domain import ids
from simulators.exchange.domain.account.accounts import Account
from simulators.exchange.domain.errors import (
    EwsError,
    access_denied,
    folder_not_found,
    item_not_found,
    malformed_id,
    schema_violation,
)
from simulators.exchange.domain.ids import Ref
from simulators.exchange.domain.world import World
from simulators.exchange.domain.xml import Element, child, local, text
from simulators.frame.domain.call import BaseCall
from simulators.frame.store.calendar import Calendar
from simulators.frame.store.mailboxes import WRITERS, Entry


@dataclass(slots=True, kw_only=True)
class Call(BaseCall[World, Account]):
    """A request. `request` is the body's only element, e.g. `m:CreateItem`, and fits the schema.

    `zone`: the Windows id of the header's TimeZoneContext, `UTC` without one. What an operation refuses, it raises.
    """

    request: Element
    zone: str

    def part(self, name: str) -> Element:
        """Return a part of the request that the schema wants there, e.g. `m:ItemShape`."""
        found = child(self.request, name)
        if found is None:
            raise schema_violation(f"The element {name} is missing.")
        return found

    def folder(self, target: Element) -> tuple[Calendar, Entry]:
        """Return the calendar folder that a `t:FolderId` or `t:DistinguishedFolderId` names."""
        folder_id = target.get("Id", "")
        if local(target) == "DistinguishedFolderId":
            self.check_mailbox(target)
            return self.world.calendar(self.account, _distinguished(folder_id))
        return self.world.calendar(self.account, folder_id)

    def check_mailbox(self, target: Element) -> None:
        """Refuse a folder of another's mailbox: nobody has been given rights to those of this server."""
        mailbox = child(target, "t:Mailbox")
        address = (text(mailbox, "t:EmailAddress") if mailbox is not None else None) or self.account.email
        if address.lower() == self.account.email:
            return
        if address.lower() in self.world.accounts:
            raise access_denied()
        raise EwsError("ErrorNonExistentMailbox", "The SMTP address has no mailbox associated with it.")

    def writable(self, target: Element) -> Calendar:
        """Return the folder, unless it is only readable."""
        calendar, entry = self.folder(target)
        if entry.role not in WRITERS:
            raise access_denied()
        return calendar

    def place(self, item_id: str) -> tuple[Calendar, Entry, Ref]:
        """Return where an item's id leads, without looking at the item; an id of another folder finds nothing."""
        ref = ids.parse(item_id)
        if ref is None:
            raise malformed_id()
        calendar = self.world.calendars.get(self.world.where.get(ref.key, ""))
        held = self.account.id_of(calendar.key) if calendar else None
        if calendar is None or held is None or ref.folder != calendar.key:
            raise item_not_found()
        return calendar, self.account.entries[held], ref


def _distinguished(name: str) -> str:
    if name != "calendar":
        raise folder_not_found()
    return "primary"
