"""What the routes work with, put into the app by the composition root."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Header, Request

from activity_store.adapters.collections import Collections
from activity_store.application.activities import Activities
from activity_store.application.listing import Listing
from activity_store.application.republishing import Republisher
from chassis.clock import Clock
from chassis.web.idempotency import Idempotency


@dataclass(frozen=True)
class Services:
    """Collaborators of the routes."""

    collections: Collections
    activities: Activities
    listing: Listing
    republisher: Republisher
    idempotency: Idempotency
    clock: Clock


async def services_of(request: Request) -> Services:  # one that is not async costs every request a hop to a thread
    """Return the app's collaborators; a FastAPI dependency."""
    return cast("Services", request.app.state.services)


InjectedServices = Annotated[Services, Depends(services_of)]
IfMatch = Annotated[str | None, Header(max_length=200, description='the version it is made from, e.g. "3"')]
