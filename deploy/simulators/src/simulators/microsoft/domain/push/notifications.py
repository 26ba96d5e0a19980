"""What notifications say (providers/graph.md 2.1): batches for one address, of one subscription or several."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from simulators.frame.store import ids, times
from simulators.frame.store.calendar import Calendar, Notice
from simulators.frame.store.identity import change_key_of
from simulators.microsoft.domain.account.accounts import Account
from simulators.microsoft.domain.push.subscriptions import Subscription

Json = dict[str, Any]

_LARGEST = 100


@dataclass(frozen=True, slots=True)
class Batch:
    """One POST: change notifications, or lifecycle ones."""

    url: str
    values: tuple[Json, ...]

    def parts(self) -> Iterator["Batch"]:
        """The batch in pieces that Graph would send."""
        for at in range(0, len(self.values), _LARGEST):
            yield Batch(self.url, self.values[at : at + _LARGEST])


def changed(subscription: Subscription, calendar: Calendar, notice: Notice, account: Account) -> Json:
    """One change notification: which event, but nothing of what is in it."""
    ref = ids.Ref(notice.key, notice.day)
    item_id = ids.item_id(ref, calendar.key, immutable=subscription.immutable)
    resource = f"Users/{account.user_id}/Events/{item_id}"
    return _frame(subscription, account) | {
        "changeType": notice.change,
        "resource": resource,
        "resourceData": {
            "@odata.type": "#Microsoft.Graph.Event",
            "@odata.id": resource,
            "@odata.etag": f'W/"{change_key_of(notice.number)}"',
            "id": item_id,
        },
    }


def rung(subscription: Subscription, account: Account) -> Json:
    """One change notification of nothing in particular."""
    return _frame(subscription, account) | {"changeType": "updated", "resource": subscription.resource}


def listed(subscription: Subscription, calendar_id: str, change: str, account: Account) -> Json:
    """One notification of `/me/calendars`."""
    resource = f"Users/{account.user_id}/Calendars/{calendar_id}"
    data = {"@odata.type": "#Microsoft.Graph.Calendar", "@odata.id": resource, "id": calendar_id}
    return _frame(subscription, account) | {"changeType": change, "resource": resource, "resourceData": data}


def lifecycle(subscription: Subscription, event: str, account: Account) -> Json:
    """One lifecycle notification."""
    return _frame(subscription, account) | {"lifecycleEvent": event, "organizationId": account.tenant}


def _frame(subscription: Subscription, account: Account) -> Json:
    return {
        "subscriptionId": subscription.id,
        "subscriptionExpirationDateTime": times.offset(subscription.expires),
        "clientState": subscription.state,
        "tenantId": account.tenant,
    }


def grouped(values: Iterable[tuple[str, Json]]) -> list[Batch]:
    """One batch for each address."""
    found: dict[str, list[Json]] = {}
    for url, value in values:
        found.setdefault(url, []).append(value)
    return [Batch(url, tuple(rows)) for url, rows in found.items()]
