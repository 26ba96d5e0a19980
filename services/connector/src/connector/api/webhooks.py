"""`/webhooks/google`: the provider's doorbell. It says only "go and pull", and that only after Kafka has it."""

import hmac
from dataclasses import dataclass
from typing import Annotated

import structlog
from fastapi import APIRouter, Header, Response
from prometheus_client import Counter

from chassis.errors import Transient
from chassis.messages import Publisher
from chassis.problems import Problem, problem_responses, unavailable
from connector.adapters.stores import Channel, Stores
from connector.work.connections import Connections
from connector.work.facts import Facts

log = structlog.get_logger()

NOTIFIED = Counter(
    "tandem_notifications_total", "Push notifications, by what was done with them", ["provider", "outcome"]
)

Text = Annotated[str | None, Header(max_length=1024)]


@dataclass(frozen=True)
class Doorbell:
    """Turns genuine notifications into requests to pull."""

    stores: Stores
    connections: Connections
    publisher: Publisher
    facts: Facts

    async def ring(self, channel_id: str, token: str | None, state: str) -> str:
        """Take one notification and say what was done with it; Transient where it could not be stored."""
        channel = await self.stores.channels.get(channel_id)
        if channel is None or not _is_genuine(channel, token):
            return "ignored"
        if state == "sync":
            return "sync"
        connection = await self.connections.get(channel.connection_id)
        if connection is None or connection.phase != "running":
            return "ignored"
        await self.publisher.publish([self.facts.pull(connection, "push")])
        return "pulled"


def _is_genuine(channel: Channel, token: str | None) -> bool:
    return token is not None and hmac.compare_digest(channel.token.encode(), token.encode())


def webhook_routes(doorbell: Doorbell) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["webhooks"])

    @router.post("/webhooks/google", status_code=204, responses=problem_responses(400, 503))
    async def google(
        x_goog_channel_id: Text = None, x_goog_resource_state: Text = None, x_goog_channel_token: Text = None
    ) -> Response:
        """Take a notification of Google's. Its body is never read; unknown channels are answered and ignored.

        Google repeats only what is answered with 5xx (providers §1.2), so 503 where it could not be stored.
        """
        if not x_goog_channel_id or not x_goog_resource_state:
            raise Problem(400, "malformed_request", "the headers of a notification are missing")
        try:
            outcome = await doorbell.ring(x_goog_channel_id, x_goog_channel_token, x_goog_resource_state)
        except Transient as error:
            NOTIFIED.labels("google", "failed").inc()
            raise unavailable("the notification could not be stored") from error
        NOTIFIED.labels("google", outcome).inc()
        return Response(status_code=204)

    return router
