"""`/webhooks/google`: notifications of Google's. Each asks for a pull, and is answered only after Kafka has that."""

from typing import Annotated

from fastapi import APIRouter, Header, Response

from chassis.errors import Transient
from chassis.web.problems import Problem, problem_responses, unavailable
from connector.adapters.metrics import NOTIFIED
from connector.application.notifications import Notifications
from connector.entrypoints.http.services import InjectedServices

router = APIRouter(tags=["webhooks"])

Text = Annotated[str | None, Header(max_length=1024)]


@router.post("/webhooks/google", status_code=204, responses=problem_responses(400, 503))
async def google(
    services: InjectedServices,
    x_goog_channel_id: Text = None,
    x_goog_resource_state: Text = None,
    x_goog_channel_token: Text = None,
) -> Response:
    """Take a notification of Google's. Its body is never read; unknown channels are answered and ignored.

    Google repeats only what is answered with 5xx (providers/google.md 1.2), so 503 where it could not be stored.
    """
    if not x_goog_channel_id or not x_goog_resource_state:
        raise Problem(400, "malformed_request", "the headers of a notification are missing")
    try:
        outcome = await _take_in(services.notifications, x_goog_channel_id, x_goog_channel_token, x_goog_resource_state)
    except Transient as error:
        NOTIFIED.labels("google", "failed").inc()
        raise unavailable("the notification could not be stored") from error
    NOTIFIED.labels("google", outcome).inc()
    return Response(status_code=204)


async def _take_in(notifications: Notifications, channel_id: str, token: str | None, state: str) -> str:
    found = await notifications.genuine(channel_id, token)
    if found is None:
        return "ignored"
    if state == "sync":
        return "sync"
    await notifications.pull([found[1]])
    return "pulled"
