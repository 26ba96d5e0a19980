"""Runs the service: `python -m connector [--host 127.0.0.1] [--port 8001]`."""

from chassis.runtime.serve import run
from connector.app import make_app
from connector.settings import ConnectorSettings

if __name__ == "__main__":
    run(make_app, ConnectorSettings)
