"""The window of writes of each connection: how many may be at its provider at once, by how that answers (AIMD)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from connector.adapters.guarded_calendar import ProviderAway
from connector.domain.model.connection import Connection
from connector.domain.provider.errors import Throttled
from connector.domain.scheduling.write_window import WriteWindow, first_window


class WriteWindows:
    """Windows by connection; like the rate limiter's, the state is the process's own and starts afresh with it.

    Only windows that something holds back are kept, so that their number does not grow with the connections.
    """

    def __init__(self, most: Mapping[str, int]) -> None:
        self._most = most
        self._held_back: dict[str, WriteWindow] = {}

    def of(self, connection: Connection) -> "ConnectionWindow":
        """Return the window of a connection, for as long as it writes."""
        fresh = first_window(self._most.get(connection.provider, 1))
        return ConnectionWindow(connection.id, self._held_back.get(connection.id, fresh), self._held_back)


class ConnectionWindow:
    """The window of one connection's writes."""

    def __init__(self, connection_id: str, window: WriteWindow, kept: dict[str, WriteWindow]) -> None:
        self._id = connection_id
        self._window = window
        self._kept = kept
        self._refused = False

    @property
    def slots(self) -> int:
        """How many writes may be under way."""
        return self._window.slots

    @contextmanager
    def observing(self) -> Iterator[None]:
        """Open or close the window by how the provider answers what is done within.

        What is refused together closes it once: the writes were sent before any of them was answered.
        """
        try:
            yield
        except (Throttled, ProviderAway):
            if not self._refused:
                self._refused = True
                self._window = self._kept[self._id] = self._window.halved()
            raise
        self._window = self._window.opened()
        if self._id in self._kept:
            self._note()

    def _note(self) -> None:
        if self._window.is_open:
            del self._kept[self._id]
        else:
            self._kept[self._id] = self._window
