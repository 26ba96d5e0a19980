"""A mailbox's line to its server: its time limit, its connections, and what it asked for at last.

A thread that waits for an answer cannot be stopped, but its connection can be cut from another thread.
"""

import contextlib
import socket
from collections.abc import Callable
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
    _connecting: socket.socket | None = field(default=None, repr=False)

    def begin(self) -> None:
        """Begin a piece of work: whatever was before is forgotten."""
        self.is_cut, self.back_off, self.slowest = False, None, 0.0

    def connecting(self, sock: socket.socket) -> None:
        """Note a connection whose TLS handshake is yet to come: its socket changes hands within."""
        self.opened += 1
        self._connecting = sock.dup()

    def connected(self, connection: _Connection) -> None:
        """Note an open connection."""
        self._connection = connection
        self.not_connected()

    def not_connected(self) -> None:
        """Forget what `connecting` noted: it is open, or failed."""
        if self._connecting:
            self._connecting.close()
        self._connecting = None

    def cut(self) -> None:
        """Break what is open, from whichever thread: who waits for an answer gets an error at once."""
        self.is_cut = True
        opened = self._connection.sock if self._connection else None
        for sock in (self._connecting, opened):
            if sock is not None:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)  # past TLS, whose state is the other thread's


MakeAdapter = Callable[[Line], BaseAdapter]
"""Makes what sends the requests of one mailbox: to the network, or in tests to something else."""
