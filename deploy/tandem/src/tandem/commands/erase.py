"""`tandem erase`: erase what is kept of one person, or of all of a company, in all three services."""

from time import monotonic, sleep
from typing import Annotated

import typer
from rich.progress import Progress

from tandem.commands.options import AsJson
from tandem.errors import CommandFailed, Exit
from tandem.session import Json, Session, session_of

_LOOK_AGAIN_SECONDS = 0.5
_SERVICES = 3


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("erase")
    def erase(
        context: typer.Context,
        company: Annotated[str, typer.Option("--company", help="Id of the company.")],
        person: Annotated[str | None, typer.Argument(help="Id of the user.")] = None,
        everyone: Annotated[
            bool, typer.Option("--everyone", help="All of the company, in the place of a user.")
        ] = False,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
        wait: Annotated[float, typer.Option(help="Seconds to wait until all services have done it.")] = 300,
        as_json: AsJson = False,
    ) -> None:
        """Erase a person, or a company: connections, credentials, links, decisions, the content of activities.

        It cannot be undone. Events in people's calendars stay: these are theirs. An administrator may erase a person of
        his company. Kafka forgets by its retention, within 15 days. It may be repeated, and goes on after a crash.
        """
        session = session_of(context, as_json)
        if (person is None) != everyone:
            raise CommandFailed(Exit.USAGE, "name a user, or give --everyone")
        whom = "everyone" if everyone else f"user {person}"
        if not (yes or as_json):
            typer.confirm(f"Erase everything of {whom} of company {company}?", abort=True, err=True)
        asked = {"user_id": person, "company_id": company, "everyone": everyone}
        begun = session.ask("connector", "POST", "/v1/admin/erasures", json=asked)
        ended = _followed(session, begun, wait)
        if as_json:
            session.say(ended)
        else:
            _show(session, ended)
        if not ended["done"]:
            raise typer.Exit(Exit.FOUND)


def _followed(session: Session, begun: Json, seconds: float) -> Json:
    until = monotonic() + seconds
    with Progress(console=session.stderr, transient=True, disable=session.as_json) as bars:
        bar = bars.add_task("erasing", total=_SERVICES)
        seen = begun
        while not seen["done"] and monotonic() < until:
            sleep(_LOOK_AGAIN_SECONDS)
            seen = session.ask("connector", "GET", f"/v1/admin/erasures/{begun['id']}")
            bars.update(bar, completed=len(seen["steps"]))
    return seen


def _show(session: Session, erasure: Json) -> None:
    for step in erasure["steps"]:
        counts = ", ".join(f"{number} {what.replace('_', ' ')}" for what, number in sorted(step["erased"].items()))
        session.stdout.print(f"{step['service']}: {counts or 'nothing'}", highlight=False)
    if not erasure["done"]:
        session.stdout.print("not done yet: ask again with the same command", style="yellow")
