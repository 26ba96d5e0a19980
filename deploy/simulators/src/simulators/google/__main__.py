"""`python -m simulators.google --port 8010`: the Google simulator as a server."""

from simulators.frame import server
from simulators.google.app import make_google_simulator
from simulators.google.settings import GoogleSettings

if __name__ == "__main__":
    arguments = server.parser("google", 8010)
    arguments.add_argument("--https-only", action="store_true", help="push to https addresses only")
    server.run(arguments, GoogleSettings, make_google_simulator)
