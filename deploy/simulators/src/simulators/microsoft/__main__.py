"""`python -m simulators.microsoft --port 8011`: the Microsoft simulator as a server."""

from pathlib import Path

from simulators.frame import server
from simulators.microsoft.app import make_microsoft_simulator
from simulators.microsoft.settings import MicrosoftSettings

if __name__ == "__main__":
    arguments = server.parser("microsoft", 8011)
    arguments.add_argument("--metadata", type=Path, help="the Graph v1.0 metadata: every answer is checked against it")
    server.run(arguments, MicrosoftSettings, make_microsoft_simulator)
