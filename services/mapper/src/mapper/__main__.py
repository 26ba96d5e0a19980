"""Runs the service: `python -m mapper [--host 127.0.0.1] [--port 8002]`."""

from chassis.runtime.serve import run
from mapper.app import make_app
from mapper.settings import MapperSettings

if __name__ == "__main__":
    run(make_app, MapperSettings)
