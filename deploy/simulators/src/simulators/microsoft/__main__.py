"""`python -m simulators.microsoft --port 8011`: the Microsoft simulator as a server."""

from pathlib import Path

from simulators.frame.server import clock_file, parser, serve
from simulators.microsoft.app import make_microsoft_simulator
from simulators.microsoft.settings import MicrosoftSettings


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
