"""The way to a simulated Exchange Server without sockets: the product's own adapter and threads, on an ASGI app."""

import ssl
from collections.abc import Callable
from concurrent.futures import Executor
from itertools import count

from requests.adapters import BaseAdapter

from connector.adapters.providers.ews.transport.adapter import GuardedAdapter
from connector.adapters.providers.ews.transport.addresses import AddressPolicy
from connector.adapters.providers.ews.transport.gate import Gate, resolve
from connector.adapters.providers.ews.transport.line import Line
from connector.adapters.providers.ews.transport.reach import Reach
from tests.support.blocking import Ask, BlockingAdapter

_AT_ONCE = 8


class _Adapter(GuardedAdapter, BlockingAdapter):
    """Sorts what comes back as ever, and sends by `ask` in place of a socket."""


def adapters(ask: Ask, allowed: frozenset[str]) -> Callable[[Line], BaseAdapter]:
    """Return what makes a mailbox's adapter, each with a connection of its own; `allowed`: hosts, plain http too."""
    policy, trust, ports = AddressPolicy(allowed), ssl.create_default_context(), count(1024)

    def make(line: Line) -> BaseAdapter:
        adapter = _Adapter(Gate(policy, resolve, line), trust)
        adapter.ask, adapter.client = ask, ("127.0.0.1", next(ports))
        return adapter

    return make


def reach(threads: Executor, ask: Ask, allowed: frozenset[str]) -> Reach:
    """Return the way of a whole connector, where no name server knows a service."""
    return Reach(threads, _AT_ONCE, threads, _AT_ONCE, adapters(ask, allowed), find_services=lambda _: [])
