"""The program: its options, its commands, and how it ends."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tandem.commands import connections, dead_letters, erase, explain, resync, rotate_keys, verify
from tandem.errors import CommandFailed, Exit
from tandem.session import Session
from tandem.settings import load_settings

HELP = """Look after a running Tandem: connections, explanations, dead letters, keys, erasure.

Addresses and token come from options, from TANDEM_* variables, or from a file of settings; beside a running sandbox
(var/sandbox/settings.env) nothing has to be given. Most commands need a token with the claim `operator: true`; what an
administrator may do for his own company says so.

Exit codes: 0 done; 1 done, and something is to be seen to; 2 wrong usage or settings; 3 not allowed; 4 not found;
5 a service or the broker does not answer; 6 refused as things stand.
"""

app = typer.Typer(no_args_is_help=True, help=HELP, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def options(
    context: typer.Context,
    env_file: Annotated[Path | None, typer.Option(help="File with TANDEM_* settings, KEY=VALUE lines.")] = None,
    connector_url: Annotated[str | None, typer.Option(help="Address of the connector. [TANDEM_CONNECTOR_URL]")] = None,
    mapper_url: Annotated[str | None, typer.Option(help="Address of the mapper. [TANDEM_MAPPER_URL]")] = None,
    activity_store_url: Annotated[
        str | None, typer.Option(help="Address of the activity store. [TANDEM_ACTIVITY_STORE_URL]")
    ] = None,
    kafka: Annotated[str | None, typer.Option(help="host:port of a Kafka broker. [TANDEM_KAFKA_BOOTSTRAP]")] = None,
    token: Annotated[str | None, typer.Option(help="Bearer token. [TANDEM_TOKEN]")] = None,
) -> None:
    """Take the options before the command; what is not given is looked for when a command needs it."""
    given = {
        "connector_url": connector_url,
        "mapper_url": mapper_url,
        "activity_store_url": activity_store_url,
        "kafka_bootstrap": kafka,
        "token": token,
    }
    context.obj = lambda: Session(load_settings(env_file, given))


for module in (connections, explain, resync, verify, rotate_keys, erase):
    module.register(app)
app.add_typer(dead_letters.app, name="dead-letters")


def main() -> None:
    """Run the program; a failed command says why in one line, or as a JSON object where JSON was asked for."""
    try:
        app()
    except CommandFailed as failure:
        if "--json" in sys.argv:
            typer.echo(json.dumps({"error": failure.problem, "detail": failure.detail}))
        else:
            Console(stderr=True).print(f"tandem: {failure.detail}", style="red", highlight=False, markup=False)
        sys.exit(failure.code)
    except KeyboardInterrupt:
        sys.exit(Exit.FOUND)
