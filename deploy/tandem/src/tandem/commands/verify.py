"""`tandem verify`: counts the differences between both sides of a connection, or of all, and changes nothing."""

from datetime import UTC, datetime
from time import sleep
from typing import Annotated

import typer
from rich.progress import track
from rich.table import Table

from tandem.commands.options import AsJson, Company
from tandem.comparison import DIFFERENCES, Comparison, Sides, compare
from tandem.errors import CommandFailed, Exit
from tandem.session import Json, Session, session_of

_LOOKS = 3
_COLUMNS = (*DIFFERENCES, "waiting", "equal", "beyond", "left_out", "resting")


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("verify")
    def verify(
        context: typer.Context,
        connection: Annotated[str | None, typer.Argument(help="Id of a connection.")] = None,
        everything: Annotated[bool, typer.Option("--all", help="All connections, or those of --company.")] = False,
        company: Company = None,
        settle: Annotated[float, typer.Option(help="Seconds until what differs is looked at once more.")] = 3,
        as_json: AsJson = False,
    ) -> None:
        """Count the differences between calendar and CRM; ends with 1 where there are any.

        Each calendar's window is read at its provider, which counts against the provider's quota. What differs is
        looked at again, up to three times: a change that is on its way is no difference. What is past or beyond the
        window is not compared. Hashes and versions are compared: no content is shown or leaves the services.
        """
        session = session_of(context, as_json)
        if bool(connection) == everything:
            raise CommandFailed(Exit.USAGE, "name a connection, or give --all")
        wanted = _wanted(session, connection, company)
        bar = track(wanted, "comparing", console=session.stderr, transient=True, disable=as_json)
        reports = [_report(session, one, settle) for one in bar]
        if as_json:
            session.say({"items": reports})
        else:
            _show(session, reports)
        if any(one["problem"] or one["differences"] for one in reports):
            raise typer.Exit(Exit.FOUND)


def _wanted(session: Session, connection: str | None, company: str | None) -> list[Json]:
    if connection:
        return [session.ask("connector", "GET", f"/v1/admin/connections/{connection}")]
    found = session.pages("connector", "/v1/admin/connections", company_id=company, limit=500)
    return [one for one in found if one["status"] not in {"connecting", "stopping", "stopped"}]


def _report(session: Session, connection: Json, settle: float) -> Json:
    """Return what is found of one connection; one that cannot be read says why, and stops no other."""
    about = {
        "connection_id": connection["id"],
        "company_id": connection["company_id"],
        "user_id": connection["user_id"],
    }
    try:
        found = _settled(session, connection, settle)
    except CommandFailed as failure:
        if failure.code not in {Exit.REFUSED, Exit.AWAY}:
            raise
        return about | {"problem": failure.detail, "counts": {}, "differences": []}
    differences = [vars(one) for one in found.differences]
    return about | {"problem": None, "counts": dict(found.counts), "differences": differences}


def _settled(session: Session, connection: Json, settle: float) -> Comparison:
    """Compare, and again while something differs that may be on its way."""
    found = compare(_sides(session, connection))
    for _ in range(_LOOKS - 1):
        if not found.differences:
            break
        sleep(settle)
        found = compare(_sides(session, connection))
    return found


def _sides(session: Session, connection: Json) -> Sides:
    company, owner = connection["company_id"], connection["user_id"]
    calendar = session.ask("connector", "GET", f"/v1/admin/connections/{connection['id']}/events")
    links = session.pages("mapper", "/v1/admin/links", connection_id=connection["id"], limit=500)
    activities = session.pages("activity-store", "/v1/admin/activities", company_id=company, owner_id=owner, limit=500)
    return Sides(
        hashes={one["event_id"]: one["hash"] for one in calendar["items"]},
        absent=frozenset(calendar["absent"]),
        links=links,
        activities={one["id"]: one for one in activities},
        now=datetime.now(UTC),
    )


def _show(session: Session, reports: list[Json]) -> None:
    table = Table("connection", "company", "user", *(name.replace("_", " ") for name in _COLUMNS), "problem")
    for one in reports:
        counts = [str(one["counts"].get(name, 0)) if not one["problem"] else "" for name in _COLUMNS]
        table.add_row(one["connection_id"], one["company_id"], one["user_id"], *counts, one["problem"] or "")
    session.stdout.print(table)
    for one in reports:
        for found in one["differences"]:
            item = f"activity {found['activity_id'] or 'none'}, event {found['event_id'] or 'none'}"
            session.stdout.print(f"{one['connection_id']}: {found['kind']}: {item}: {found['why']}", highlight=False)
    total = sum(one["counts"].get(kind, 0) for one in reports for kind in DIFFERENCES)
    session.stdout.print(f"{total} differences in {len(reports)} connections", highlight=False)
