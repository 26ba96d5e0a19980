"""What Kubernetes warned of."""

from datetime import datetime

from tests.deploy.disturbances import Step
from tests.deploy.kubectl import NAMESPACE, Json, items
from tests.deploy.load import CLIENTS


async def warnings(steps: list[Step]) -> list[str]:
    """Return the warnings, but those that no node takes a pod while the only one is drained."""
    found = [
        one
        for namespace in (NAMESPACE, CLIENTS)
        for one in await items("events", "--field-selector", "type=Warning", namespace=namespace)
    ]
    drained = [step for step in steps if step.name == "node drained"]
    return [_line(one) for one in found if not (one["reason"] == "FailedScheduling" and _within(one, drained))]


def _within(event: Json, steps: list[Step]) -> bool:
    moment = datetime.fromisoformat(_moment(event)).timestamp()
    return any(step.began - 1 <= moment <= step.ended for step in steps)


def _moment(event: Json) -> str:
    return str(event["lastTimestamp"] or event["eventTime"])


def _line(event: Json) -> str:
    about = event["involvedObject"]
    where = f"{about['kind']}/{about['name']}"
    return f"{_moment(event)} {event['reason']} {where} {event.get('count', 1)} times: {event['message']}"
