"""“Why?”: what the mapper decided for an activity, and the one change that would help, carried out by a click (L1).

The mapper is asked with the reader's own token, so only the connection's owner is told (G2). A click carries out what
the mapper says at that moment, never what the form says: the form only names what its reader saw.
"""

from collections.abc import Mapping
from typing import Any, Literal

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from activity_store.application.activities import SeenActivity
from activity_store.entrypoints.pages.explaining import ExplanationRead, is_applicable, read, shown, warning_of
from activity_store.entrypoints.pages.services import CurrentVisit, Visit
from chassis.pages.error_pages import is_fragment
from chassis.web.forms import first, read_form

router = APIRouter(include_in_schema=False)

_MOST = 5
"""Older reasons are history, for the API."""

Outcome = Literal["applied", "refused", "changed"]


@router.get("/activities/{activity_id}/why")
async def why(visit: CurrentVisit, activity_id: str) -> HTMLResponse:
    """Show why an activity is synced or not."""
    seen = await visit.services.activities.see(visit.caller, activity_id)
    return await _page(visit, seen, await _asked(visit, activity_id))


@router.post("/activities/{activity_id}/remedy")
async def remedy(visit: CurrentVisit, activity_id: str) -> Response:
    """Change the setting that would help."""
    form = await read_form(visit.request)
    seen = await visit.services.activities.see(visit.caller, activity_id)
    found = await _asked(visit, activity_id)
    outcome = await _carried_out(visit, seen, found, first(form, "setting"), sure=first(form, "sure") == "on")
    return await _page(visit, seen, found, outcome)


async def _asked(visit: Visit, activity_id: str) -> list[ExplanationRead] | None:
    answer = await visit.services.mapper.get(visit.request, "/v1/explain", activity_id=activity_id, limit=_MOST)
    return read(answer)


async def _carried_out(
    visit: Visit, seen: SeenActivity, found: list[ExplanationRead] | None, setting: str, *, sure: bool
) -> Outcome:
    if found is None:
        return "refused"
    wanted = found[0].remedy if found else None
    if wanted is None or not is_applicable(wanted) or wanted.setting != setting:
        return "changed"
    if warning_of(wanted) and not sure:
        return "refused"
    connection = await _connection(visit, seen)
    path = f"/v1/connections/{connection}"
    done = connection and await visit.services.connector.patch(visit.request, path, {setting: wanted.value})
    return "applied" if done else "refused"


async def _connection(visit: Visit, seen: SeenActivity) -> str | None:
    """Return the reader's connection that the activity is in, else the one he has (A7)."""
    answer = await visit.services.connector.get(visit.request, "/v1/connections")
    items: list[Mapping[str, Any]] = list((answer or {}).get("items", []))
    own = [
        str(one["id"])
        for one in items
        if one.get("user_id") == visit.caller.user_id and one.get("status") not in {"stopped", "stopping"}
    ]
    noted = seen.activity.sync.connection_id if seen.activity.sync else None
    return noted if noted in own else next(iter(own), None)


async def _page(
    visit: Visit, seen: SeenActivity, found: list[ExplanationRead] | None, outcome: Outcome | None = None
) -> HTMLResponse:
    reader = await visit.reader()
    template = "why_fragment.html" if is_fragment(visit.request) else "why.html"
    settings = visit.services.settings
    return visit.answer(
        template,
        activity=seen.activity,
        entry=reader.entry(seen.activity),
        reasons=None if found is None else shown(found, reader.language.text),
        zone=reader.zone,
        outcome=outcome,
        settings_page=f"{settings.connector_pages}/calendar-sync" if settings.connector_pages else None,
    )
