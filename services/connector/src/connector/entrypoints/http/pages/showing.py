"""Puts together what the page shows, and answers with it: as a whole, or the part that HTMX asks for."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, cast

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from chassis.errors import TandemError
from chassis.pages.rendering import Pages
from chassis.web.auth import Identity
from chassis.web.problems import Problem, conflict
from connector.application.traffic import TrafficLog
from connector.domain.model.connection import Connection
from connector.entrypoints.http.pages.chart import chart_of
from connector.entrypoints.http.pages.fields import SETTINGS, SettingName, written
from connector.entrypoints.http.pages.removals import Removals
from connector.entrypoints.http.pages.view import (
    AS_IT_STANDS,
    FieldState,
    Preferences,
    type_choices,
    zones_by_area,
)
from connector.entrypoints.http.responses import own_view
from connector.entrypoints.http.services import Services
from connector.entrypoints.http.views import CalendarView
from contracts.connections import Provider

PAGE = "/calendar-sync"
_CALENDAR_SECONDS = 3.0


@dataclass(frozen=True)
class PreferencesPage:
    """The page of one connector."""

    services: Services
    pages: Pages
    traffic: TrafficLog
    removals: Removals

    async def current(self, identity: Identity) -> Connection | None:
        """Return the connection that the caller has, or had last."""
        return await self.services.connections.slots.of(identity.company_id, identity.user_id)

    async def live(self, identity: Identity) -> Connection:
        """Return the caller's connection; 409 where there is none, or it is stopped."""
        connection = await self.current(identity)
        if connection is None or connection.phase == "stopped":
            raise conflict("conflict", "there is no connection")
        return connection

    async def preferences(self, connection: Connection, *, with_calendars: bool = False) -> Preferences:
        """Return what is shown of a connection."""
        services, now = self.services, self.services.clock.now()
        view = await own_view(services, connection)
        types = await services.connections.types.listed(connection.company_id)
        return Preferences(
            view=view,
            types=type_choices(types, view.outbound_types),
            calendars=await self._calendars(connection) if with_calendars else None,
            chart=chart_of(await self.traffic.of(connection.id), now),
            now=now,
        )

    async def whole(
        self,
        request: Request,
        identity: Identity,
        *,
        status: int = 200,
        fields: Mapping[SettingName, FieldState] | None = None,
        **context: Any,  # noqa: ANN401 - whatever the template shows
    ) -> Response:
        """Answer with the whole page."""
        connection = await self.current(identity)
        if connection is None or connection.phase == "stopped":
            return self.adding(request, identity, stopped=connection, **context)
        page = await self.preferences(connection, with_calendars=True)
        return self.pages.answer(
            request,
            "calendar_sync.html",
            identity=identity,
            status=status,
            page=page,
            fields={name: (fields or {}).get(name, AS_IT_STANDS) for name in SETTINGS},
            seen={name: written(page.view, name) for name in SETTINGS},
            zones=zones_by_area(page.view.timezone),
            **{"said": None, "connected": False, "problem": None, **context},
        )

    def adding(self, request: Request, identity: Identity, *, stopped: Connection | None, **context: Any) -> Response:  # noqa: ANN401 - as above
        """Answer with the choice of a provider."""
        offered = tuple(self.services.connections.access.kits)
        shown = {"said": None, "connected": False, "problem": None, **context}
        return self.pages.answer(
            request, "add_account.html", identity=identity, offered=offered, stopped=stopped, **shown
        )

    async def setting(
        self, request: Request, identity: Identity, name: SettingName, state: FieldState, status: int = 200
    ) -> Response:
        """Answer with one setting, or without scripts with the page that it is on."""
        if "hx-request" not in request.headers:
            return await self.whole(request, identity, status=status, fields={name: state})
        page = await self.preferences(await self.live(identity), with_calendars=name == "calendar_id")
        return self.pages.answer(
            request,
            "setting.html",
            identity=identity,
            status=status,
            page=page,
            name=name,
            state=state,
            seen={name: written(page.view, name)},
            zones=zones_by_area(page.view.timezone),
        )

    async def part(self, request: Request, identity: Identity, template: str, **context: Any) -> Response:  # noqa: ANN401
        """Answer with a part of the page, or without scripts lead to the page."""
        if "hx-request" not in request.headers:
            return self.home()
        connection = await self.current(identity)
        if connection is None or connection.phase == "stopped":
            return Response(headers={"HX-Redirect": self.pages.home})
        page = await self.preferences(connection)
        return self.pages.answer(request, template, identity=identity, page=page, **context)

    def home(self, fragment: str = "", **query: str) -> Response:
        """Lead to the page after a form was taken (so that reloading sends nothing again)."""
        address = self.pages.home + (
            f"?{'&'.join(f'{name}={value}' for name, value in query.items())}" if query else ""
        )
        return RedirectResponse(f"{address}#{fragment}" if fragment else address, 303, {"Cache-Control": "no-store"})

    async def _calendars(self, connection: Connection) -> Sequence[CalendarView] | None:
        """Return the account's calendars; None where it does not tell them soon."""
        if connection.account_key is None or (connection.trouble and connection.trouble.needs_user):
            return None
        try:
            async with asyncio.timeout(_CALENDAR_SECONDS):
                found = await self.services.connections.calendars(connection)
        except (Problem, TandemError, TimeoutError):
            return None
        return [CalendarView.model_validate(one, from_attributes=True) for one in found]


async def preferences_page(request: Request) -> PreferencesPage:
    """Return the page of the app; a FastAPI dependency."""
    return cast("PreferencesPage", request.app.state.preferences_page)


InjectedPage = Annotated[PreferencesPage, Depends(preferences_page)]
PROVIDERS: tuple[Provider, ...] = ("google", "outlook", "office365", "exchange")
