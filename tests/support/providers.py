"""Whose calendars the people of the tests have (PROVIDER), and what is different there: the one table of e2e tests."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any


@dataclass(frozen=True)
class Features:
    """How a provider's calls are named in the simulator's journal, and what it holds.

    `looks`: all calls of a read that finds nothing.
    `forbids`, `refusal`: the trap that refuses a call for good, and its parameters; `faults`: those that pass, and of
    them `conflict` refuses a write although its version is right.
    `holds`: what it keeps of a description. `any_rule`: it keeps rules that nobody can expand.
    `odd_pages`: the traps that hand out pages as nobody expects them. `pushes`: those of notifications.
    `unwatchable`: the trap that refuses to push. `channels`: where the simulator shows those it has open.
    `unmapped`: fields of an event that no activity has. `still`: an event without what it changes by itself.
    `silent`: meetings are changed without a word to their guests.
    `tombstones`: it keeps what was deleted, with the time and the key.
    `subscribes`: its channels are renewed. `lifecycle`: it tells what becomes of them.
    `stirs`: so long after it was made, the provider changes an event by itself. `precision`: of its times.
    `blind`: for so long after an edit an event may be deleted by whoever has not seen it; no deletion has a condition.
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
    faults: tuple[str, ...]
    pushes: tuple[str, ...]
    conflict: str
    unmapped: dict[str, Any]
    still: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    refusal: dict[str, Any] = field(default_factory=dict)
    silent: bool = True
    tombstones: bool = False
    subscribes: bool = False
    lifecycle: bool = False
    stirs: timedelta = timedelta()
    precision: timedelta = timedelta(milliseconds=1)
    blind: timedelta = timedelta()

    @property
    def writes(self) -> frozenset[str]:
        """All calls that change an event."""
        return frozenset({self.creates, self.updates, self.deletes})


def _without_change_key(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out what Exchange moves two seconds after an event was made, in Graph's words and in those of EWS."""
    moved = {"changeKey", "@odata.etag", "lastModifiedDateTime", "ChangeKey", "LastModifiedTime"}
    shown = {name: event[name] for name in ("graph", "ews") if name in event}
    still = {name: {key: one for key, one in words.items() if key not in moved} for name, words in shown.items()}
    return {**event, "etag": None, "updated": None, **still}


_FAULTS = ("fault.5xx", "fault.429", "fault.401", "fault.412", "fault.timeout_before", "fault.timeout_after_applied")
_PUSHES = ("push.lost", "push.late", "push.duplicate", "push.reorder", "push.before_visible")
_UNMAPPED = {"colorId": "5", "reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 7}]}}

_GOOGLE = Features(
    reads="calendar.events.list",
    looks=frozenset({"calendar.events.list"}),
    creates="calendar.events.insert",
    updates="calendar.events.patch",
    deletes="calendar.events.delete",
    forbids="fault.403_forbidden",
    holds=lambda text: text.strip("\n")[:8192].rstrip(),
    any_rule=True,
    odd_pages=("list.repeat_row", "list.empty_page"),
    unwatchable="watch.refused",
    channels="/control/channels",
    tombstones=True,
    faults=(
        *_FAULTS,
        "fault.409_conflict",
        "list.410_first",
        "list.410_between_pages",
        "list.empty_page",
        "list.repeat_row",
        "etag.bump_without_change",
        "tombstone.sparse",
    ),
    pushes=_PUSHES,
    conflict="fault.412",
    unmapped=_UNMAPPED | {"guestsCanModify": True},
    still=lambda event: event,
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
    faults=(
        *_FAULTS,
        "delta.410_first",
        "delta.410_between_pages",
        "delta.503_between_pages",
        "delta.empty_page",
        "delta.repeat_row",
        "etag.bump_at_once",
    ),
    pushes=_PUSHES,
    conflict="fault.412",
    unmapped=_UNMAPPED,
    still=_without_change_key,
    silent=False,
    stirs=timedelta(seconds=2),
)

_EXCHANGE = Features(
    reads="SyncFolderItems",
    looks=frozenset({"SyncFolderItems"}),
    creates="CreateItem",
    updates="UpdateItem",
    deletes="DeleteItem",
    forbids="fault.mailbox",
    refusal={"code": "ErrorAccessDenied"},
    holds=str.strip,
    any_rule=False,
    odd_pages=("sync.repeat_page", "sync.half_page"),
    unwatchable="subscription.refused",
    channels="/control/subscriptions",
    # Not fault.401: a password is never tried again (an account could be locked out), until its owner says so.
    faults=(
        "fault.5xx",
        "fault.429",
        "fault.busy",
        "fault.busy_200",
        "fault.transient",
        "fault.conflict",
        "fault.timeout_before",
        "fault.timeout_after_applied",
        "sync.invalid_state",
        "sync.half_page",
        "sync.repeat_page",
        "sync.created_and_deleted",
        "sync.read_flag_changes",
        "item.saved_again",
    ),
    pushes=(
        "push.lost",
        "push.late",
        "push.duplicate_modified",
        "push.ghost",
        "push.more_events",
        "push.before_visible",
    ),
    conflict="fault.conflict",
    unmapped=_UNMAPPED,
    still=_without_change_key,
    stirs=timedelta(seconds=2),
    precision=timedelta(seconds=1),
    blind=timedelta(seconds=2),
)

PROVIDERS = {
    "google": _GOOGLE,
    "outlook": _GRAPH,
    "office365": replace(_GRAPH, lifecycle=True),
    "exchange": _EXCHANGE,
}

PROVIDER = os.environ.get("PROVIDER") or "google"
FEATURES = PROVIDERS[PROVIDER]
