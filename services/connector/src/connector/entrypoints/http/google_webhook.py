"""`/webhooks/google`: the provider's doorbell. It says only "go and pull", and that only after Kafka has it."""

from typing import Annotated

from fastapi import APIRouter, Header, Response

from chassis.clock import Clock
from chassis.errors import Transient
from chassis.web.problems import Problem, problem_responses, unavailable
from connector.application.notifications import NOTIFIED, Doorbell

Text = Annotated[str | None, Header(max_length=1024)]


def google_webhook_routes(doorbell: Doorbell, _: Clock) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["webhooks"])

    @router.post("/webhooks/google", status_code=204, responses=problem_responses(400, 503))
    async def google(
        x_goog_channel_id: Text = None, x_goog_resource_state: Text = None, x_goog_channel_token: Text = None
    ) -> Response:
        """Take a notification of Google's. Its body is never read; unknown channels are answered and ignored.

        Google repeats only what is answered with 5xx (providers/google.md 1.2), so 503 where it could not be stored.
        """
        if not x_goog_channel_id or not x_goog_resource_state:
            raise Problem(400, "malformed_request", "the headers of a notification are missing")
        try:
            outcome = await _ring(doorbell, x_goog_channel_id, x_goog_channel_token, x_goog_resource_state)
        except Transient as error:
            NOTIFIED.labels("google", "failed").inc()
            raise unavailable("the notification could not be stored") from error
        NOTIFIED.labels("google", outcome).inc()
        return Response(status_code=204)

    return router


async def _ring(doorbell: Doorbell, channel_id: str, token: str | None, state: str) -> str:
    found = await doorbell.genuine(channel_id, token)
    if found is None:
        return "ignored"
    if state == "sync":
        return "sync"
    await doorbell.pull([found[1]])
    return "pulled"
