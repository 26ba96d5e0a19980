"""`python -m sandbox.microsoft --port 8011`: the Microsoft simulator as a server."""

from pathlib import Path

from sandbox.microsoft.app import make_microsoft_simulator
from sandbox.microsoft.settings import MicrosoftSettings
from sandbox.simulation.server import clock_file, parser, serve


def main() -> None:
    """Serve until stopped."""
    arguments = parser("microsoft", 8011)
    arguments.add_argument("--metadata", type=Path, help="the Graph v1.0 metadata: every answer is checked against it")
    given = arguments.parse_args()
    settings = MicrosoftSettings(
        state=given.state, journal=given.journal, metadata=given.metadata, clock_file=clock_file()
    )
    serve(make_microsoft_simulator(settings), given)


if __name__ == "__main__":
    main()
