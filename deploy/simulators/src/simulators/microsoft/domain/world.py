"""Everything the simulated Microsoft keeps: mailboxes, subscriptions, grants, and who was mailed."""

from dataclasses import dataclass, field

from simulators.frame.domain.traps import TrapBox
from simulators.frame.domain.world import OAuthWorld
from simulators.frame.store import zones
from simulators.frame.store.calendar import Calendar
from simulators.frame.store.errors import StoreError, item_not_found
from simulators.frame.store.world import StoreWorld
from simulators.microsoft.domain.account.accounts import Account, Kind, new_account
from simulators.microsoft.domain.account.oauth import OAuth
from simulators.microsoft.domain.push.subscriptions import Subscriptions
from simulators.microsoft.domain.traps import TRAPS


@dataclass(kw_only=True)
class World(StoreWorld[Account], OAuthWorld[Account, Calendar]):
    """The state.

    `listed`: what happened to mailboxes' lists of calendars and is not published yet (owner, calendar id, change).
    """

    traps: TrapBox = field(default_factory=lambda: TrapBox(TRAPS))
    subscriptions: Subscriptions = field(default_factory=Subscriptions)
    oauth: OAuth = field(default_factory=OAuth)
    listed: list[tuple[str, str, str]] = field(default_factory=list)

    @staticmethod
    def not_found() -> StoreError:
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
