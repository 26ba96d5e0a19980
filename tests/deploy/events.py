"""What Kubernetes warned of."""

from collections.abc import Sequence
from datetime import datetime

from tests.deploy.disturbances import Step
from tests.deploy.kubectl import NAMESPACE, Json, items
from tests.deploy.load import CLIENTS


async def warnings(steps: Sequence[Step]) -> tuple[list[str], list[str]]:
    """Return the warnings, and apart from them those that say no more than what was done.

    No node takes a pod while the only one is drained; and a kubelet asks a process that has ended, as it was told to,
    until it has noticed.
    """
    found = [one for namespace in (NAMESPACE, CLIENTS) for one in await _events("Warning", namespace)]
    told_to_end = {one["involvedObject"]["name"] for one in await _events("Normal", NAMESPACE) if _ends(one)}
    drained = [step for step in steps if step.name == "node drained"]
    sorted_by: dict[bool, list[str]] = {True: [], False: []}
    for one in found:
        waits = one["reason"] == "FailedScheduling" and _within(one, drained)
        late = one["involvedObject"]["name"] in told_to_end and _asks_what_has_ended(one)
        sorted_by[waits or late].append(_line(one))
    return sorted_by[False], sorted_by[True]


async def _events(kind: str, namespace: str) -> list[Json]:
    return await items("events", "--field-selector", f"type={kind}", namespace=namespace)


def _ends(event: Json) -> bool:
    return bool(event["reason"] == "Killing")


def _asks_what_has_ended(event: Json) -> bool:
    message = event["message"]
    return message.startswith("Readiness probe failed") and "connection refused" in message


def _within(event: Json, steps: Sequence[Step]) -> bool:
    moment = datetime.fromisoformat(_moment(event)).timestamp()
    return any(step.began - 1 <= moment <= step.ended for step in steps)


def _moment(event: Json) -> str:
    return str(event["lastTimestamp"] or event["eventTime"])


def _line(event: Json) -> str:
    about = event["involvedObject"]
    where = f"{about['kind']}/{about['name']}"
    return f"{_moment(event)} {event['reason']} {where} {event.get('count', 1)} times: {event['message']}"
