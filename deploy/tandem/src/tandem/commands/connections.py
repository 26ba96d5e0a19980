"""`tandem connections`: how connections stand, and what to do about those that need somebody."""

from typing import Annotated

import typer
from rich.table import Table

from tandem.advice import advice_for
from tandem.commands.options import AsJson, Company
from tandem.session import Json, session_of

_COLOURS = {"in_sync": "green", "needs_reauth": "red", "calendar_unavailable": "red", "needs_confirmation": "yellow"}


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("connections")
    def connections(
        context: typer.Context,
        company: Company = None,
        user: Annotated[str | None, typer.Option(help="Id of a user.")] = None,
        status: Annotated[str | None, typer.Option(help="Only those in this state, e.g. needs_reauth.")] = None,
        stopped: Annotated[bool, typer.Option("--stopped", help="Show stopped ones too.")] = False,
        as_json: AsJson = False,
    ) -> None:
        """List connections with their state and what to do. An administrator sees his company's."""
        session = session_of(context, as_json)
        found = session.pages("connector", "/v1/admin/connections", company_id=company, user_id=user, limit=500)
        shown = [one | {"advice": _advice(one)} for one in found if _is_wanted(one, status, stopped=stopped)]
        if as_json:
            session.say({"items": shown})
        else:
            session.stdout.print(_table(shown))


def _is_wanted(connection: Json, status: str | None, *, stopped: bool) -> bool:
    if status:
        return bool(connection["status"] == status)
    return stopped or connection["status"] != "stopped"


def _advice(connection: Json) -> str:
    problem = connection["last_problem"]
    return advice_for(connection["status"], problem["code"] if problem else None)


def _table(connections: list[Json]) -> Table:
    table = Table("id", "company", "user", "provider", "account", "state", "last read", "what to do")
    for one in connections:
        colour = _COLOURS.get(one["status"], "default")
        read = (one["last_read_at"] or "never")[:19]
        names = (one["id"], one["company_id"], one["user_id"], one["provider"], one["email"])
        table.add_row(*names, f"[{colour}]{one['status']}[/]", read, one["advice"])
    table.caption = f"{len(connections)} connections"
    return table
