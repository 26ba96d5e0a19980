"""Everything the simulated Exchange Server keeps: mailboxes, subscriptions, and who was mailed."""

from dataclasses import dataclass, field

from simulators.exchange.domain.account.accounts import PASSWORD, Account, new_account
from simulators.exchange.domain.errors import EwsError, folder_not_found
from simulators.exchange.domain.push.subscriptions import Subscriptions
from simulators.exchange.domain.traps import TRAPS
from simulators.frame.domain.traps import TrapBox
from simulators.frame.store.world import StoreWorld


@dataclass(kw_only=True)
class World(StoreWorld[Account]):
    """The state."""

    traps: TrapBox = field(default_factory=lambda: TrapBox(TRAPS))
    subscriptions: Subscriptions = field(default_factory=Subscriptions)

    @staticmethod
    def not_found() -> EwsError:
        """Return the control API's 404."""
        return folder_not_found()

    def add_account(self, email: str, name: str, time_zone: str, password: str = PASSWORD) -> Account:
        """Create the account (`time_zone`: IANA), or return the one that is there."""
        key = email.lower()
        if key not in self.accounts:
            account, calendars = new_account(key, name, time_zone, password, self.rng)
            self.accounts[key] = account
            self.calendars |= {calendar.key: calendar for calendar in calendars}
        return self.accounts[key]

    def remove_account(self, email: str) -> None:
        """Delete a mailbox and its subscriptions; its user can sign in no longer."""
        account = self.account(email)
        for one in self.subscriptions.of(account.email):
            del self.subscriptions.live[one.id]
        del self.accounts[account.email]
