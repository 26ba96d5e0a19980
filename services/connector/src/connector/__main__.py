"""Runs the service: `python -m connector [--host 127.0.0.1] [--port 8001]`."""

from fastapi import FastAPI

from chassis.runtime.serve import run
from connector.settings import ConnectorSettings


def make_app(settings: ConnectorSettings) -> FastAPI:
    """Make the app, imported only now: the process listens already."""
    from connector.app import make_app  # noqa: PLC0415 - takes seconds

    return make_app(settings)


if __name__ == "__main__":
    run(make_app, ConnectorSettings)
