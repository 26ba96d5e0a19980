"""A mailbox's line to its server: its time limit, its connections, and what it asked for at last.

A thread that waits for an answer cannot be stopped, but its connection can be cut from another thread.
"""

import contextlib
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from requests.adapters import BaseAdapter


class _Connection(Protocol):
    sock: socket.socket | None


@dataclass(eq=False)
class Line:
    """Written by the one thread that calls, but for `cut`."""

    seconds: float
    """How long each answer is waited for."""
    opened: int = 0
    """How many connections were opened so far."""
    back_off: float | None = None
    """Seconds that the last answer asked to wait."""
    slowest: float = 0.0
    """Seconds that the slowest answer took."""
    is_cut: bool = False
    _connection: _Connection | None = field(default=None, repr=False)
    _held: socket.socket | None = field(default=None, repr=False)
    """The connection under the present work, in a socket of our own: an answer that ends with its connection takes
    the other one away from it while it is still being read, and TLS wraps it."""

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """Do a piece of work, which `cut` ends: whatever was before is forgotten."""
        self.is_cut, self.back_off, self.slowest = False, None, 0.0
        if self._connection and self._connection.sock:
            self._hold(self._connection.sock)
        try:
            yield
        finally:
            self._hold(None)

    def connecting(self, sock: socket.socket) -> None:
        """Note a connection whose TLS handshake is yet to come."""
        self.opened += 1
        self._hold(sock)

    def connected(self, connection: _Connection) -> None:
        """Note an open connection."""
        self._connection = connection

    def cut(self) -> None:
        """Break what is open, from whichever thread: who waits for an answer gets an error at once."""
        self.is_cut = True
        if held := self._held:
            with contextlib.suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)

    def _hold(self, sock: socket.socket | None) -> None:
        before, self._held = self._held, None
        if before:
            before.close()
        if sock and sock.fileno() >= 0:
            self._held = socket.socket(fileno=os.dup(sock.fileno()))


MakeAdapter = Callable[[Line], BaseAdapter]
"""Makes what sends the requests of one mailbox: to the network, or in tests to something else."""
