"""The calendars of a mailbox: under which ids its owner sees them, with which role. Alike behind Graph and EWS."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Literal

from simulators.frame.domain.errors import ProviderError

Role = Literal["owner", "write", "read", "freeBusyRead"]
WRITERS: frozenset[str] = frozenset({"owner", "write"})


@dataclass(slots=True)
class Entry:
    """A calendar in somebody's mailbox; `top`: its folder lies beside the default calendar's, not below it."""

    calendar: str
    role: Role
    default: bool = False
    deleted: bool = False
    top: bool = False


@dataclass(slots=True)
class BaseAccount(ABC):
    """A mailbox with its owner; `entries` are its calendars by the ids that it sees."""

    email: str
    name: str
    time_zone: str
    entries: dict[str, Entry] = field(default_factory=dict, kw_only=True)

    @staticmethod
    @abstractmethod
    def folder_id(folder: str, email: str) -> str:
        """Return the id of a calendar's folder in somebody's mailbox."""

    @staticmethod
    @abstractmethod
    def not_found() -> ProviderError:
        """Return the provider's error for a calendar that is not there."""

    def entry(self, calendar_id: str) -> Entry:
        """Return the calendar of that id, or (`primary`) the default one. Raises the provider's error."""
        found = self.default if calendar_id == "primary" else self.entries.get(calendar_id)
        if found is None or found.deleted:
            raise self.not_found()
        return found

    @property
    def default(self) -> Entry:
        """The calendar that every mailbox has."""
        return next(entry for entry in self.entries.values() if entry.default)

    def id_of(self, calendar: str) -> str | None:
        """Return the id under which the mailbox holds a calendar, if it does."""
        found = self.folder_id(calendar, self.email)
        entry = self.entries.get(found)
        return found if entry and not entry.deleted else None

    def add(self, calendar: str, role: Role, *, default: bool = False) -> str:
        """Take a calendar in; return its id."""
        calendar_id = self.folder_id(calendar, self.email)
        self.entries[calendar_id] = Entry(calendar, role, default)
        return calendar_id
