"""The forms of an activity: make one, see and edit one, move it, mark it done, delete it. They need no JavaScript.

The page's script sends the same forms. It is answered 204 where the change is made, and with the form again where it is
not; browsers without it are led back to the week.
"""

from collections.abc import Mapping
from datetime import time

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from activity_store.application.activities import SeenActivity, rules_as_problems
from activity_store.domain.model.activity import Activity
from activity_store.domain.rules.locks import lock_reasons
from activity_store.domain.rules.moving import Start, lasting_until, moved
from activity_store.entrypoints.pages.forms import FormError, Values, changed_content, new_content, start_of
from activity_store.entrypoints.pages.services import CurrentVisit, Visit
from activity_store.entrypoints.pages.words import LOCKED
from chassis.ids import new_id
from chassis.pages.error_pages import is_fragment
from chassis.web.forms import Form, first, read_form
from chassis.web.preconditions import etag
from chassis.web.problems import Problem, unprocessable

router = APIRouter(include_in_schema=False)

_MORNING = time(9)


@router.get("/activities/new")
async def new_form(visit: CurrentVisit) -> HTMLResponse:
    """Show the form of a new activity; `day` and `start` say when, as a place in the week does that was chosen."""
    reader = await visit.reader()
    given = visit.request.query_params
    day = visit.query.day or visit.services.today(reader.zone)
    try:
        form = {
            "zone": [reader.zone],
            "day": [given.get("day", day.isoformat())],
            "start": [given.get("start", "09:00")],
        }
        start = start_of(form)
    except FormError:
        start = Start(day, _MORNING, reader.zone)
    kind = "meeting" if "meeting" in reader.types.active_keys else next(iter(sorted(reader.types.active_keys)), "")
    return _form(visit, Values.new(start, kind), await _types(visit))


@router.post("/activities/new")
async def create(visit: CurrentVisit) -> Response:
    """Create an activity of the reader's own."""
    form = await read_form(visit.request)
    try:
        await visit.services.activities.create(visit.caller, new_id(), new_content(form))
    except (FormError, Problem) as error:
        return _form(visit, Values.sent(form, Values(), _faults(error)), await _types(visit), status=422)
    return _back(visit)


@router.get("/activities/{activity_id}")
async def edit_form(visit: CurrentVisit, activity_id: str) -> HTMLResponse:
    """Show an activity; what a calendar decides cannot be changed, and it says why."""
    seen = await visit.services.activities.see(visit.caller, activity_id)
    return await _edit(visit, seen.activity, Values.of(seen.activity))


@router.post("/activities/{activity_id}")
async def edit(visit: CurrentVisit, activity_id: str) -> Response:
    """Change what was changed in the form."""
    form = await read_form(visit.request)
    seen = await visit.services.activities.see(visit.caller, activity_id)
    try:
        changes = changed_content(form, seen.activity)
        version = first(form, "version")
        if_match = etag(int(version)) if version.isdecimal() and len(version) < 19 else None
        await visit.services.activities.patch(visit.caller, activity_id, changes, if_match)
    except (FormError, Problem) as error:
        return await _refused(visit, seen, form, error)
    return _back(visit)


@router.post("/activities/{activity_id}/move")
async def move(visit: CurrentVisit, activity_id: str) -> Response:
    """Let an activity start elsewhere: a drop says zone, day and the time on the wall, and the length stays."""
    start = await _dropped_at(visit)
    with rules_as_problems():
        changes = moved(start)
    await visit.services.activities.patch(visit.caller, activity_id, changes, None)
    return _back(visit)


@router.post("/activities/{activity_id}/resize")
async def resize(visit: CurrentVisit, activity_id: str) -> Response:
    """Let an activity end elsewhere: a drag of its end says zone, day and the time on the wall of the new one."""
    end = await _dropped_at(visit)
    seen = await visit.services.activities.see(visit.caller, activity_id)
    with rules_as_problems():
        changes = lasting_until(seen.activity, end)
    await visit.services.activities.patch(visit.caller, activity_id, changes, etag(seen.activity.revision))
    return _back(visit)


@router.post("/activities/{activity_id}/done")
async def mark_done(visit: CurrentVisit, activity_id: str) -> Response:
    """Mark it done, or still to be done."""
    done = first(await read_form(visit.request), "done") == "true"
    await visit.services.activities.patch(visit.caller, activity_id, {"done": done}, None)
    return _back(visit)


@router.post("/activities/{activity_id}/delete")
async def delete(visit: CurrentVisit, activity_id: str) -> Response:
    """Delete it."""
    await visit.services.activities.delete(visit.caller, activity_id, None)
    return _back(visit)


async def _dropped_at(visit: Visit) -> Start:
    """Return the moment that a drag names; 422 where it names none."""
    try:
        return start_of(await read_form(visit.request))
    except FormError:
        raise unprocessable("validation_error", "day, start and zone must say when") from None


async def _refused(visit: Visit, seen: SeenActivity, form: Form, error: FormError | Problem) -> Response:
    """Show the form again as it was sent; 404 where the activity has left the reader's sight."""
    now = await visit.services.activities.see(visit.caller, seen.activity.activity_id)
    values = Values.sent(form, Values.of(now.activity), _faults(error))
    return await _edit(visit, now.activity, values, status=error.status if isinstance(error, Problem) else 422)


def _faults(error: FormError | Problem) -> Mapping[str, str]:
    """Return what is wrong, by field; "" is the whole form."""
    if isinstance(error, FormError):
        return error.faults
    if error.status >= 500 or error.status in {401, 403, 404}:
        raise error
    names = {"due_date": "day", "due_time": "wall", "duration": "length"}
    fields = {names.get(fault.field, fault.field): "range" for fault in error.errors}
    return fields or {"": error.code}


async def _edit(visit: Visit, activity: Activity, values: Values, *, status: int = 200) -> HTMLResponse:
    reader = await visit.reader()
    overlaps = await visit.services.activities.conflicts_of(visit.caller, activity)
    entry = reader.entry(activity, [overlap.second for overlap in overlaps[:3]])
    reasons = lock_reasons(activity)
    locks = [reader.language.text(LOCKED[reason]) for reason in reasons]
    return _form(
        visit,
        values,
        await _types(visit, activity.type),
        status=status,
        activity=activity,
        entry=entry,
        locks=locks,
        reasons=reasons,
    )


def _form(visit: Visit, values: Values, types: object, *, status: int = 200, **context: object) -> HTMLResponse:
    template = "editor_fragment.html" if is_fragment(visit.request) else "editor.html"
    known: dict[str, object] = {"activity": None, "entry": None, "locks": [], "reasons": ()}
    return visit.answer(template, status=status, values=values, types=types, **{**known, **context})


async def _types(visit: Visit, present: str | None = None) -> list[object]:
    """Return the types to choose from: the active ones, and the one that it has."""
    reader = await visit.reader()
    keys = [entry.key_string for entry in reader.types.types if entry.active or entry.key_string == present]
    return [reader.type(key) for key in keys]


def _back(visit: Visit) -> Response:
    if is_fragment(visit.request):
        return Response(status_code=204, headers={"Cache-Control": "no-store"})
    return RedirectResponse(visit.query.address(), 303, headers={"Cache-Control": "no-store"})
