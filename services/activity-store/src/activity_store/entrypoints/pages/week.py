"""GET /activities: the week, or the list of it, which is also what browsers without JavaScript show."""

from babel.dates import format_interval
from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from activity_store.domain.model.schedule import DAY
from activity_store.entrypoints.pages.entries import Reader, by_day
from activity_store.entrypoints.pages.services import CurrentVisit, Visit
from activity_store.entrypoints.pages.wire import digest_of, view_of, whole
from activity_store.entrypoints.pages.words import mark as _
from chassis.web.problems import problem_responses

router = APIRouter(tags=["pages"])


@router.get("/activities", response_class=HTMLResponse, responses=problem_responses(401, 503))
async def week_page(visit: CurrentVisit) -> HTMLResponse:
    """Show a week of the reader's, or of a colleague's as far as the reader may see it (G1)."""
    reader = await visit.reader()
    seen = await visit.see(reader)
    entries = reader.week(seen)
    return visit.answer(
        "week.html",
        week=seen.week,
        reader=reader,
        days=by_day(entries, seen.week.days),
        undated=[entry for entry in entries if entry.start is None],
        complete=seen.complete,
        today=visit.services.today(reader.zone),
        people=await _people(visit),
        title=format_interval(seen.week.first, seen.week.last, "yMMMMd", locale=reader.language.locale),
        script=_for_the_script(visit, reader, digest_of(view_of(entries))),
    )


@router.get("/activities/undated", include_in_schema=False)
async def undated(visit: CurrentVisit) -> HTMLResponse:
    """Return the rows of what has no date, for the page's script."""
    reader = await visit.reader()
    found = await visit.services.weeks.undated(visit.caller, visit.owner)
    return visit.answer("undated.html", undated=[reader.entry(activity) for activity in found])


@router.get("/activities/feed", include_in_schema=False)
async def feed(visit: CurrentVisit) -> Response:
    """Return the same week for the page's script; `digest` is what its stream begins with."""
    reader = await visit.reader()
    view = view_of(reader.week(await visit.see(reader)))
    return Response(whole(view), media_type="application/json", headers={"Cache-Control": "no-store"})


async def _people(visit: Visit) -> list[tuple[str, str]]:
    """Return the company's users to choose from, the reader first."""
    users = await visit.services.weeks.colleagues(visit.caller)
    names = {user.user_id: user.name or user.email or user.user_id for user in users}
    names[visit.caller.user_id] = visit.language.text(_("You"))
    names.setdefault(visit.owner, visit.owner)
    me = visit.caller.user_id
    return sorted(names.items(), key=lambda one: (one[0] != me, one[1].casefold()))


def _for_the_script(visit: Visit, reader: Reader, digest: str) -> dict[str, str]:
    """Return what the week's script needs to know, as data attributes."""
    week, text = visit.week(reader), reader.language.text
    address = visit.query.on(week.first).address
    return {
        "first": week.first.isoformat(),
        "after": (week.last + DAY).isoformat(),
        "zone": week.zone,
        "digest": digest,
        "locale": reader.language.tag,
        "weekday": str((reader.language.first_weekday + 1) % 7),
        "home": visit.query.home,
        "feed": address("/feed"),
        "stream": address("/stream"),
        "editor": address("/ID"),
        "new": address("/new"),
        "all-day": text(_("all day")),
        "today": text(_("Today")),
        "done": text(_("done")),
        "private": text(_("private")),
        "locked": text(_("locked")),
        "refused": text(_("It was not moved.")),
        "undated": address("/undated"),
        "list": visit.query.on(week.first).seen_as("list").address(),
        "live": text(_("Up to date")),
        "away": text(_("Not live just now; reload to be sure")),
    }
