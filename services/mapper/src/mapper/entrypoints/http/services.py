"""What the routes work with, put into the app by the composition root."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from mapper.adapters.collections import Collections


@dataclass(frozen=True)
class Services:
    """Collaborators of the routes."""

    collections: Collections


async def services_of(request: Request) -> Services:  # one that is not async costs every request a hop to a thread
    """Return the app's collaborators; a FastAPI dependency."""
    return cast("Services", request.app.state.services)


InjectedServices = Annotated[Services, Depends(services_of)]
