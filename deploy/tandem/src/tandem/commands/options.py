"""Options that several commands have."""

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Company = Annotated[str | None, typer.Option("--company", help="Id of the company.")]
ConnectionId = Annotated[str, typer.Argument(help="Id of a connection, as `tandem connections` shows it.")]
