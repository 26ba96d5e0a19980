"""How Exchange servers are reached: by which threads, through which connections, and with whose help to find them."""

from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass

from connector.adapters.providers.ews.transport.adapter import GuardedAdapter
from connector.adapters.providers.ews.transport.addresses import AddressPolicy
from connector.adapters.providers.ews.transport.gate import Gate, Resolve, resolve
from connector.adapters.providers.ews.transport.line import MakeAdapter
from connector.adapters.providers.ews.transport.services import FindServices, find_services
from connector.adapters.providers.ews.transport.trust import trusting

_SIGN_INS = 4
"""Threads for logins that are tried: whoever names hanging servers keeps only other sign-ins waiting."""


@dataclass(frozen=True)
class Reach:
    """The parts that tests put others in place of. Each executor's threads are counted beside it."""

    calls: Executor
    calls_at_once: int
    sign_ins: Executor
    sign_ins_at_once: int
    make_adapter: MakeAdapter
    find_services: FindServices

    def close(self) -> None:
        """End the threads; those that still wait for an answer end by themselves."""
        self.calls.shutdown(wait=False, cancel_futures=True)
        self.sign_ins.shutdown(wait=False, cancel_futures=True)


def network(*, allowed: frozenset[str], ca_bundle: str | None, threads: int, resolve_names: Resolve = resolve) -> Reach:
    """Return the way through the network, guarded (`gate`), with threads that belong to it alone."""
    policy, trust = AddressPolicy(allowed), trusting(ca_bundle)
    return Reach(
        calls=ThreadPoolExecutor(threads, thread_name_prefix="ews"),
        calls_at_once=threads,
        sign_ins=ThreadPoolExecutor(_SIGN_INS, thread_name_prefix="ews-sign-in"),
        sign_ins_at_once=_SIGN_INS,
        make_adapter=lambda line: GuardedAdapter(Gate(policy, resolve_names, line), trust),
        find_services=find_services,
    )
