"""Everything the simulated Microsoft keeps: mailboxes, subscriptions, grants, and who was mailed."""

from dataclasses import dataclass, field
from datetime import datetime

from simulators.frame.domain.traps import TrapBox
from simulators.frame.domain.world import OAuthWorld
from simulators.microsoft.domain import times, zones
from simulators.microsoft.domain.account.accounts import Account, Kind, new_account
from simulators.microsoft.domain.account.oauth import OAuth
from simulators.microsoft.domain.errors import GraphError, item_not_found
from simulators.microsoft.domain.events.calendar import Calendar, Item
from simulators.microsoft.domain.push.subscriptions import Subscriptions
from simulators.microsoft.domain.traps import TRAPS


@dataclass(frozen=True, slots=True)
class Bump:
    """A change key that Exchange will move by itself at `due`."""

    due: datetime
    calendar: str
    key: str


@dataclass(kw_only=True)
class World(OAuthWorld[Account, Calendar]):
    """The state. `changes` numbers every change key.

    `listed`: what happened to mailboxes' lists of calendars and is not published yet (owner, calendar id, change).
    """

    traps: TrapBox = field(default_factory=lambda: TrapBox(TRAPS))
    where: dict[str, str] = field(default_factory=dict)
    subscriptions: Subscriptions = field(default_factory=Subscriptions)
    oauth: OAuth = field(default_factory=OAuth)
    bumps: list[Bump] = field(default_factory=list)
    changes: int = 0
    listed: list[tuple[str, str, str]] = field(default_factory=list)

    @staticmethod
    def not_found() -> GraphError:
        """Return Exchange's 404."""
        return item_not_found()

    def add_account(self, email: str, name: str, time_zone: str, kind: Kind) -> Account:
        """Create the account, or answer the one that is there."""
        key = email.lower()
        if key not in self.accounts:
            account, calendars = new_account(key, name, zones.iana(time_zone), kind, self.rng)
            self.accounts[key] = account
            self.calendars |= {calendar.key: calendar for calendar in calendars}
        return self.accounts[key]

    def next_change(self) -> int:
        """The number of the next change key."""
        self.changes += 1
        return self.changes

    def mail(self, item: Item, what: str, now: datetime) -> None:
        """Note whom Exchange would have mailed: everybody invited, there is no way around it."""
        own = self.calendars[item.folder].owner
        guests = [guest["emailAddress"]["address"] for guest in item.fields["attendees"]]
        others = [guest for guest in guests if guest != own]
        if others and item.fields["isOrganizer"]:
            self.mails.append(
                {
                    "at": times.stamp(now),
                    "what": what,
                    "event": item.key,
                    "subject": item.fields["subject"],
                    "to": others,
                }
            )
