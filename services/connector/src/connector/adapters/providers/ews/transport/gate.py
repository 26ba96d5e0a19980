"""The gate that every connection to an Exchange server passes: it resolves the name, and connects to what is allowed.

urllib3 resolves a name while it connects. Here the name is resolved once, the addresses are judged, and one that is
allowed is connected to, so that no second answer of a name server can lead elsewhere (DNS rebinding).
"""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from connector.adapters.providers.ews.transport.addresses import AddressPolicy, check_not_online
from connector.adapters.providers.ews.transport.line import Line


@dataclass(frozen=True)
class Resolved:
    """What a host's name stands for: its addresses, and the name that it is an alias of."""

    addresses: Sequence[str]
    canonical: str = ""


Resolve = Callable[[str, int], Resolved]
"""Resolves a name. Raises socket.gaierror."""


def resolve(host: str, port: int) -> Resolved:
    """Ask the operating system's resolver, which reads `/etc/hosts` and asks name servers."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_CANONNAME)
    names = [name for _, _, _, name, _ in found if name]
    return Resolved([str(address[0]) for *_, address in found], names[0] if names else "")


@dataclass(frozen=True)
class Gate:
    """What one mailbox's connections pass."""

    policy: AddressPolicy
    resolve: Resolve
    line: Line

    def addresses(self, host: str, port: int) -> list[str]:
        """Return where to connect to. Raises ServerNotAllowed, IsExchangeOnline (also for an alias), gaierror."""
        found = self.resolve(host, port)
        check_not_online(found.canonical)
        return self.policy.permitted(host, found.addresses)


class _GuardedConnection(HTTPConnection):
    gate: Gate

    def connect(self) -> None:
        super().connect()
        self.gate.line.connected(self)

    def _new_conn(self) -> socket.socket:
        port = self.port or self.default_port
        try:
            addresses = self.gate.addresses(self._dns_host, port)
        except (socket.gaierror, UnicodeError) as error:
            raise NameResolutionError(self.host, self, socket.gaierror(*error.args)) from error
        sock = self._connected(addresses, port)
        self.gate.line.connecting(sock)
        return sock

    def _connected(self, addresses: Sequence[str], port: int) -> socket.socket:
        trouble: OSError = OSError("the name has no address")
        for address in addresses:
            try:
                return create_connection((address, port), self.timeout, socket_options=self.socket_options)
            except OSError as error:
                trouble = error
        if isinstance(trouble, TimeoutError):
            raise ConnectTimeoutError(self, f"{self.host} does not answer") from trouble
        raise NewConnectionError(self, f"{self.host} cannot be reached: {trouble.strerror}") from trouble


class _GuardedTlsConnection(_GuardedConnection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _GuardedConnection
    gate: Gate

    def _new_conn(self) -> Any:  # noqa: ANN401 - urllib3's own protocol
        connection = super()._new_conn()
        connection.gate = self.gate  # type: ignore[attr-defined]
        return connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedTlsConnection
    gate: Gate

    def _new_conn(self) -> Any:  # noqa: ANN401 - urllib3's own protocol
        connection = super()._new_conn()
        connection.gate = self.gate  # type: ignore[attr-defined]
        return connection


class GuardedPools(PoolManager):
    """urllib3's pools, whose connections pass a gate."""

    def __init__(self, gate: Gate, **options: Any) -> None:  # noqa: ANN401 - urllib3's own
        super().__init__(**options)
        self.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
        self._gate = gate

    def _new_pool(self, *args: Any, **options: Any) -> HTTPConnectionPool:  # noqa: ANN401 - urllib3's own
        pool = super()._new_pool(*args, **options)
        pool.gate = self._gate  # type: ignore[attr-defined]
        return pool
