"""`python -m simulators.google --port 8010`: the Google simulator as a server."""

from simulators.frame.server import clock_file, parser, serve
from simulators.google.app import make_google_simulator
from simulators.google.settings import GoogleSettings


def main() -> None:
    """Serve until stopped."""
    arguments = parser("google", 8010)
    arguments.add_argument("--https-only", action="store_true", help="push to https addresses only")
    given = arguments.parse_args()
    settings = GoogleSettings(
        state=given.state, journal=given.journal, https_only=given.https_only, clock_file=clock_file()
    )
    serve(make_google_simulator(settings), given)


if __name__ == "__main__":
    main()
