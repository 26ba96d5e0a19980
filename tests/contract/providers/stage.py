"""What the provider contract needs of a provider's simulator: a person at the calendar, and trouble on demand.

A provider joins the suite with one row in `providers.PROVIDERS`: how to set its stage up, and what it can do.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Protocol

from connector.domain.provider.errors import NeedsReauth
from connector.domain.provider.items import Item, Page
from connector.domain.provider.login import Login
from connector.domain.provider.port import CalendarProvider
from contracts.calendar_objects import EventChanges
from contracts.times import Timed

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
UNTIL = datetime(2027, 5, 1, tzinfo=UTC)


class Feature(Enum):
    """What not every provider has; a test that needs one is skipped where it is missing, saying so."""

    CLIENT_IDS = auto()  # a new event takes our key as its id, so that creating it twice is always noticed
    TOMBSTONES_KEEP_KEYS = auto()  # the key of a deleted event is taken for good
    IANA_ZONES = auto()  # zones have IANA's names, not those of Windows, of which one stands for several
    SILENT_EDITS = auto()  # an organizer may change a meeting without the guests being told
    WINDOWED_CURSORS = auto()  # a cursor reaches to the end of a window, and no further
    CURSOR_CAN_EXPIRE_BETWEEN_PAGES = auto()
    TOKENS = auto()  # its users sign in by OAuth, with tokens that are renewed; elsewhere with a password
    WRITABLE_SHARES = auto()  # calendars of others are offered to whoever may write there


class Trouble(Enum):
    """Bad luck that strikes the next calls."""

    THROTTLED = auto()  # with a Retry-After of 7 seconds
    QUOTA = auto()  # the same in the provider's other words, without a time
    SERVER_ERROR = auto()
    TIME_OUT = auto()
    NOT_JSON = auto()
    TOKEN_REFUSED = auto()
    CURSOR_REFUSED_BETWEEN_PAGES = auto()
    WATCH_REFUSED = auto()


@dataclass(frozen=True)
class Planned:
    """An event as a person makes it."""

    content: EventChanges
    recurrence: tuple[str, ...] = ()
    private: bool = False
    organizer: str | None = None  # somebody else, so that the user is a guest
    answer: str = "needsAction"  # the user's, as a guest
    guests: tuple[str, ...] = ()


@dataclass
class TokenAccess:
    """A grant with one token, or a login; counts how often it had to be renewed, and can be revoked."""

    value: str
    renewals: int = field(default=0)
    revoked: bool = False
    mailbox: str = "ana"
    password_login: Login | None = None
    refusals: int = 0

    async def token(self) -> str:
        return self.value

    async def renew(self) -> str:
        self.renewals += 1
        if self.revoked:
            raise NeedsReauth("invalid_grant", "Token has been expired or revoked.")
        return self.value

    async def login(self) -> Login:
        if self.password_login is None or self.refusals:
            raise NeedsReauth("login_refused")
        return self.password_login

    async def login_refused(self) -> None:
        self.refusals += 1


class Stage(Protocol):
    """One account with a calendar at a simulated provider. `provider` reads pages of at most two rows."""

    provider: CalendarProvider
    access: TokenAccess
    email: str
    account_id: str
    calendar_id: str

    async def create(self, planned: Planned) -> str:
        """A person creates an event; returns its id."""

    async def edit(self, event_id: str, content: EventChanges) -> None:
        """A person changes an event, or only this occurrence of a series."""

    async def delete(self, event_id: str) -> None:
        """A person deletes an event, only this occurrence of a series, or with a master's id all of it."""

    async def recolour(self, event_id: str) -> None:
        """A person changes what the sync does not look at; the etag moves."""

    async def untouchable(self, event_id: str) -> object:
        """Return everything of the event, as the provider holds it, that the sync must never alter."""

    async def shared_with(self, email: str) -> tuple[TokenAccess, str]:
        """Share the calendar with another account, which may write; return its access and its id of the calendar."""

    async def read_only_calendar(self) -> str:
        """Share a calendar that can only be read; returns its id."""

    async def expire_cursors(self) -> None:
        """Make every cursor given out so far worthless."""

    async def trouble(self, kind: Trouble, times: int | None = 1) -> None:
        """Strike the next calls (None: all)."""

    async def calm(self) -> None:
        """No more trouble."""

    async def mails(self) -> int:
        """Return how many mails guests got."""


def timed(day: int, hour: int, *, hours: float = 1, zone: str = "Europe/Berlin") -> Timed:
    """Return an hour (or more) in November 2026."""
    start = datetime(2026, 11, day, hour, tzinfo=UTC)
    return Timed(start=start, end=start.replace(minute=int(hours % 1 * 60), hour=hour + int(hours)), timezone=zone)


async def pages(stage: Stage, cursor: str | None = None) -> list[Page]:
    """Read all pages from the cursor on."""
    return [page async for page in stage.provider.changes(stage.access, stage.calendar_id, cursor, SINCE, UNTIL)]


async def pull(stage: Stage, cursor: str | None = None) -> tuple[list[Item], str]:
    """Return the items of all pages and the new cursor."""
    read = await pages(stage, cursor)
    last = read[-1].cursor
    assert last, "the last page has a cursor"
    assert all(page.cursor is None for page in read[:-1])
    return [item for page in read for item in page.items], last
