"""Runs the service: `python -m activity_store [--host 127.0.0.1] [--port 8003]`."""

from fastapi import FastAPI

from activity_store.settings import Settings
from chassis.runtime.serve import run


def make_app(settings: Settings) -> FastAPI:
    """Make the app, imported only now: the process listens already."""
    from activity_store.app import make_app  # noqa: PLC0415 - takes seconds

    return make_app(settings)


if __name__ == "__main__":
    run(make_app, Settings)
