"""What the pages work with, and who reads them."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, cast
from zoneinfo import ZoneInfo

import httpx
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from activity_store.application.activities import Activities
from activity_store.application.change_signals import ChangeSignals
from activity_store.application.weeks import SeenWeek, Weeks
from activity_store.domain.model.week import Week
from activity_store.entrypoints.pages.entries import Reader
from activity_store.entrypoints.pages.page_query import PageQuery
from activity_store.settings import Settings
from chassis.clock import Clock
from chassis.pages.language import Language
from chassis.pages.neighbours import Neighbour
from chassis.pages.rendering import Pages
from chassis.web.auth import CurrentIdentity, Identity


@dataclass(frozen=True)
class PageServices:
    """Collaborators of the pages."""

    pages: Pages
    activities: Activities
    weeks: Weeks
    signals: ChangeSignals
    clock: Clock
    settings: Settings
    http: httpx.AsyncClient

    @property
    def mapper(self) -> Neighbour:
        """The service that explains."""
        return Neighbour(self.settings.mapper_url, self.http)

    @property
    def connector(self) -> Neighbour:
        """The service that keeps the settings of connections."""
        return Neighbour(self.settings.connector_url, self.http)

    def today(self, zone: str) -> date:
        """Return the present day where the clocks are those of a zone."""
        return self.clock.now().astimezone(ZoneInfo(zone)).date()


@dataclass(frozen=True)
class Visit:
    """A request for a page: who asks, and for which week of whom."""

    request: Request
    caller: Identity
    services: PageServices
    query: PageQuery

    @property
    def owner(self) -> str:
        """Whose week is shown."""
        return self.query.owner or self.caller.user_id

    @property
    def language(self) -> Language:
        """The reader's language."""
        return self.services.pages.languages.of(self.request)

    async def reader(self) -> Reader:
        """Return who reads. Clocks are those of whose week it is, as its dates are."""
        return Reader(
            user_id=self.caller.user_id,
            language=self.language,
            zone=await self.services.activities.zone_of(self.caller, self.owner),
            types=await self.services.weeks.types(self.caller),
        )

    def week(self, reader: Reader) -> Week:
        """Return the week that is asked for; it begins as is usual where the reader's language is spoken."""
        day = self.query.day or self.services.today(reader.zone)
        return Week.around(day, first_weekday=reader.language.first_weekday, zone=reader.zone)

    async def see(self, reader: Reader) -> SeenWeek:
        """Return what the reader sees of it."""
        return await self.services.weeks.see(self.caller, self.owner, self.week(reader))

    def answer(self, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:  # noqa: ANN401
        """Return a rendered template; `query` and `visit` are known in each."""
        return self.services.pages.answer(
            self.request, template, identity=self.caller, status=status, query=self.query, visit=self, **context
        )


async def visit_of(request: Request, caller: CurrentIdentity) -> Visit:
    """Return the request as the pages see it; a FastAPI dependency. Refuses who is signed out, and other sites."""
    services = cast("PageServices", request.app.state.page_services)
    return Visit(request, caller, services, PageQuery.of(request, services.pages.home))


CurrentVisit = Annotated[Visit, Depends(visit_of)]
