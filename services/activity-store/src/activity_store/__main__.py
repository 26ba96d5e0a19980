"""Runs the service: `python -m activity_store [--host 127.0.0.1] [--port 8003]`."""

from activity_store.app import make_app
from activity_store.settings import Settings
from chassis.runtime.serve import run

if __name__ == "__main__":
    run(make_app, Settings)
