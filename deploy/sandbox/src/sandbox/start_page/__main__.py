"""`python -m sandbox.start_page`: serves the start page beside the services, with their settings."""

import os

from chassis.runtime.serve import run
from chassis.settings import ChassisSettings
from sandbox.stage import provider_of
from sandbox.start_page.app import make_app

if __name__ == "__main__":
    run(lambda settings: make_app(settings, os.environ, provider_of(os.environ)), ChassisSettings)
