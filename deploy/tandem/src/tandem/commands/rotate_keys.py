"""`tandem rotate-keys`: seal all stored credentials anew under the first key, while they are in use."""

import typer
from rich.progress import Progress

from tandem.commands.options import AsJson
from tandem.errors import Exit
from tandem.session import Json, Session, session_of


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("rotate-keys")
    def rotate_keys(context: typer.Context, as_json: AsJson = False) -> None:
        """Seal every credential anew under the first of TANDEM_CREDENTIAL_KEYS.

        Afterwards no credential needs an older key, unless a pod that has not been restarted still seals with it. Ends
        with 1 where credentials are sealed under a key that is missing: they are named, and nothing of them is lost.
        """
        session = session_of(context, as_json)
        result = _rotate(session)
        if as_json:
            session.say(result)
        else:
            _show(session, result)
        if result["unreadable"]:
            raise typer.Exit(Exit.FOUND)


def _rotate(session: Session) -> Json:
    sums: Json = {"checked": 0, "resealed": 0, "unreadable": [], "key_id": ""}
    cursor: str | None = None
    with Progress(console=session.stderr, transient=True, disable=session.as_json) as bars:
        bar = bars.add_task("credentials", total=None)
        while True:
            page = session.ask("connector", "POST", "/v1/admin/credentials/rotate", json={"cursor": cursor})
            sums = {
                "checked": sums["checked"] + page["checked"],
                "resealed": sums["resealed"] + page["resealed"],
                "unreadable": sums["unreadable"] + page["unreadable"],
                "key_id": page["key_id"],
            }
            bars.update(bar, completed=sums["checked"], total=page["total"])
            if (cursor := page["next_cursor"]) is None:
                return sums


def _show(session: Session, result: Json) -> None:
    session.stdout.print(
        f"{result['checked']} credentials looked at, {result['resealed']} sealed anew under {result['key_id']!r}",
        highlight=False,
    )
    for one in result["unreadable"]:
        session.stdout.print(
            f"[red]{one['connection_id']}: sealed under {one['key_id']!r}, which is missing[/]", highlight=False
        )
