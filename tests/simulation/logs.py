"""What the services log in a run: nothing, unless LOGS=1 asks for it, for all of them write into one console."""

import logging
import os

import structlog


def configure_logs() -> None:
    """Say nothing, or everything, in words for people."""
    level = logging.DEBUG if os.environ.get("LOGS") else logging.CRITICAL
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(level))
    logging.getLogger("httpx").setLevel(logging.WARNING)
