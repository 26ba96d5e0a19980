"""`tandem resync`: read both sides of a connection anew and merge them."""

from time import monotonic, sleep
from typing import Annotated

import typer
from rich.progress import Progress

from tandem.commands.options import AsJson, ConnectionId
from tandem.errors import CommandFailed, Exit
from tandem.session import Json, Session, session_of

_LOOK_AGAIN_SECONDS = 0.5


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("resync")
    def resync(
        context: typer.Context,
        connection: ConnectionId,
        wait: Annotated[float, typer.Option(help="Seconds to wait until it is in sync; 0: do not wait.")] = 0,
        as_json: AsJson = False,
    ) -> None:
        """Read both sides of a connection anew and merge them. An administrator may do it in his company."""
        session = session_of(context, as_json)
        begun = session.ask("connector", "POST", f"/v1/admin/connections/{connection}/resync")
        ended = _in_sync(session, connection, wait) if wait else begun
        if as_json:
            session.say(ended)
        else:
            session.stdout.print(f"{connection}: {ended['status']}", highlight=False)


def _in_sync(session: Session, connection: str, seconds: float) -> Json:
    """Follow the connection until it says that it is in sync; CommandFailed where it does not in time."""
    until = monotonic() + seconds
    with Progress(console=session.stderr, transient=True, disable=session.as_json) as bars:
        bar = bars.add_task("reading both sides", total=None)
        while True:
            seen = session.ask("connector", "GET", f"/v1/admin/connections/{connection}")
            if seen["status"] == "in_sync":
                return seen
            if monotonic() > until:
                raise CommandFailed(Exit.FOUND, f"{connection} is {seen['status']} after {seconds:g} s")
            if progress := seen["progress"]:
                bars.update(bar, completed=progress["done"], total=progress["total"] or None)
            sleep(_LOOK_AGAIN_SECONDS)
