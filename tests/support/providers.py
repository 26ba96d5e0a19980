"""Whose calendars the people of the tests have (PROVIDER), and what is different there: the one table of e2e tests."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Features:
    """How a provider's calls are named in the simulator's journal, and what it holds.

    `looks`: all calls of a read that finds nothing. `holds`: what it keeps of a description. `any_rule`: it keeps
    rules that nobody can expand. `forbids`: the trap that refuses a call for good. `odd_pages`: the traps that
    hand out pages as nobody expects them. `unwatchable`: the trap that refuses to push. `channels`: where the simulator
    shows those it has open. `tombstones`: it keeps what was deleted, with the
    time and the key. `subscribes`: its channels are
    renewed. `lifecycle`: it tells what becomes of them.
    """

    reads: str
    looks: frozenset[str]
    creates: str
    updates: str
    deletes: str
    forbids: str
    holds: Callable[[str], str]
    any_rule: bool
    odd_pages: tuple[str, ...]
    unwatchable: str
    channels: str
    tombstones: bool = False
    subscribes: bool = False
    lifecycle: bool = False

    @property
    def writes(self) -> frozenset[str]:
        """All calls that change an event."""
        return frozenset({self.creates, self.updates, self.deletes})


_GOOGLE = Features(
    reads="calendar.events.list",
    looks=frozenset({"calendar.events.list"}),
    creates="calendar.events.insert",
    updates="calendar.events.patch",
    deletes="calendar.events.delete",
    forbids="fault.403_forbidden",
    holds=lambda text: text[:8192],
    any_rule=True,
    odd_pages=("list.repeat_row", "list.empty_page"),
    unwatchable="watch.refused",
    channels="/control/channels",
    tombstones=True,
)
_GRAPH = Features(
    reads="calendarView.delta",
    looks=frozenset({"calendarView.delta", "events.list"}),
    creates="events.create",
    updates="events.update",
    deletes="events.delete",
    forbids="fault.403",
    holds=str.strip,
    any_rule=False,
    odd_pages=("delta.repeat_row", "delta.empty_page"),
    unwatchable="subscription.refused",
    channels="/control/subscriptions",
    subscribes=True,
)

PROVIDERS = {"google": _GOOGLE, "outlook": _GRAPH, "office365": replace(_GRAPH, lifecycle=True)}

PROVIDER = os.environ.get("PROVIDER") or "google"
FEATURES = PROVIDERS[PROVIDER]
