"""Runs the service: `python -m mapper [--host 127.0.0.1] [--port 8002]`."""

from fastapi import FastAPI

from chassis.runtime.serve import run
from mapper.settings import MapperSettings


def make_app(settings: MapperSettings) -> FastAPI:
    """Make the app, imported only now: the process listens already."""
    from mapper.app import make_app  # noqa: PLC0415 - takes seconds

    return make_app(settings)


if __name__ == "__main__":
    run(make_app, MapperSettings)
