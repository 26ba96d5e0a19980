"""`tandem explain`: why an item is synced or not, by which rule, and what would change that."""

from typing import Annotated

import typer
from rich.table import Table

from tandem.commands.options import AsJson, Company
from tandem.errors import CommandFailed, Exit
from tandem.session import Json, Session, session_of


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("explain")
    def explain(
        context: typer.Context,
        item: Annotated[str, typer.Argument(help="Id of an activity, or of an event.")],
        company: Company = None,
        connection: Annotated[str | None, typer.Option(help="Id of the connection, for an event of many.")] = None,
        as_json: AsJson = False,
    ) -> None:
        """Say what was decided for an item and why, newest first; no content of it is shown."""
        session = session_of(context, as_json)
        decisions, links = _found(session, item, company, connection)
        if not (decisions or links):
            raise CommandFailed(Exit.NOT_FOUND, f"nothing is known of {item}")
        if as_json:
            session.say({"items": decisions, "links": links})
        else:
            _show(session, decisions, links)


def _found(session: Session, item: str, company: str | None, connection: str | None) -> tuple[list[Json], list[Json]]:
    """Return decisions and links of the activity with this id; where there is none, of the event."""
    decisions: list[Json] = []
    links: list[Json] = []
    for name in ("activity_id", "event_id"):
        query = {name: item, "company_id": company, "connection_id": connection}
        decisions = session.pages("mapper", "/v1/admin/explain", **query)
        links = session.pages("mapper", "/v1/admin/links", **query)
        if decisions or links:
            break
    return decisions, links


def _show(session: Session, decisions: list[Json], links: list[Json]) -> None:
    for link in links:
        why = f" ({link['reason']})" if link["reason"] else ""
        session.stdout.print(
            f"{link['state']}{why}: activity {link['activity_id']}, event {link['event_id'] or 'none'}, "
            f"connection {link['connection_id']}",
            highlight=False,
        )
    table = Table("at", "outcome", "rule", "why", "remedy")
    for one in decisions:
        remedy = one["remedy"]["words"] if one["remedy"] else ""
        lost = f" Lost: {', '.join(one['lost_fields'])}." if one["lost_fields"] else ""
        table.add_row(one["at"][:19], one["outcome"], one["rule"], one["words"] + lost, remedy)
    session.stdout.print(table)
