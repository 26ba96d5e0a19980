"""What the routes work with, put into the app by the composition root."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Header, Request

from chassis.clock import Clock
from chassis.web.idempotency import Idempotency
from connector.application.connections.erasing import Erasing
from connector.application.connections.key_rotation import KeyRotation
from connector.application.connections.password_sign_in import PasswordSignIn
from connector.application.connections.service import ConnectionService
from connector.application.connections.sign_in import SignIn
from connector.application.connections.sign_in_states import SignInStates
from connector.application.notifications import Notifications
from connector.domain.connection.reads import PollingPolicy


@dataclass(frozen=True)
class Services:
    """Collaborators of the routes."""

    connections: ConnectionService
    sign_in: SignIn
    passwords: PasswordSignIn
    states: SignInStates
    notifications: Notifications
    rotation: KeyRotation
    erasing: Erasing
    idempotency: Idempotency
    clock: Clock
    policy: PollingPolicy
    public_url: str


async def services_of(request: Request) -> Services:  # one that is not async costs every request a hop to a thread
    """Return the app's collaborators; a FastAPI dependency."""
    return cast("Services", request.app.state.services)


InjectedServices = Annotated[Services, Depends(services_of)]
IfMatch = Annotated[str | None, Header(alias="If-Match")]
