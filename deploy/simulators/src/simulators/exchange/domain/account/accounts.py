"""Accounts with their passwords, and the calendar folders of their mailboxes."""

from dataclasses import dataclass
from random import Random

from simulators.exchange.domain import ids
from simulators.exchange.domain.errors import folder_not_found
from simulators.frame.store.calendar import Calendar
from simulators.frame.store.mailboxes import BaseAccount, Role

PASSWORD = "sandbox"  # noqa: S105 - the simulator's own
#: Wrong passwords in a row that lock an account (the value of Microsoft's security baseline).
LOCKED_AFTER = 10


@dataclass(slots=True)
class Account(BaseAccount):
    """A mailbox with its password; `time_zone`: IANA.

    `refused`: wrong passwords since the last right one; from `LOCKED_AFTER` on not even the right one is taken.
    """

    password: str = PASSWORD
    refused: int = 0

    folder_id = staticmethod(ids.folder_id)
    not_found = staticmethod(folder_not_found)

    def takes(self, password: str) -> bool:
        """Whether a password opens the mailbox now; wrong ones are counted, as Active Directory does."""
        right = password == self.password
        if right and not self.is_locked:
            self.refused = 0
        elif not right:
            self.refused += 1
        return right and not self.is_locked

    @property
    def is_locked(self) -> bool:
        """Whether there were too many wrong passwords: an administrator has to set a new one."""
        return self.refused >= LOCKED_AFTER


def new_account(email: str, name: str, time_zone: str, password: str, rng: Random) -> tuple[Account, list[Calendar]]:
    """Return an account with its calendar and a second one below it."""
    account = Account(email, name, time_zone, password)
    plan: tuple[tuple[str, Role], ...] = (("Calendar", "owner"), ("Projects", "owner"))
    calendars = []
    for title, role in plan:
        calendar = Calendar(ids.new_key(rng), title, email)
        account.add(calendar.key, role, default=title == "Calendar")
        calendars.append(calendar)
    return account, calendars
