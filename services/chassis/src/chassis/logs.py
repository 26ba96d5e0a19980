"""Logs: structlog, JSON lines on stdout (readable ones on a terminal), and never a secret in them."""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from chassis.settings import ChassisSettings

_SECRETS = ("authorization", "password", "secret", "token", "credential", "cookie")
_CHATTY = ("aiokafka", "pymongo", "httpx", "httpcore", "chassis.faststream", "uvicorn.access")


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Blank out every value whose name says that it is a secret."""
    for key in event:
        if any(word in key.lower() for word in _SECRETS):
            event[key] = "***"
    return event


def _processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
        redact,
    ]


def _formatter() -> logging.Formatter:
    tail: list[Any] = (
        [structlog.dev.ConsoleRenderer()]
        if sys.stdout.isatty()
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_processors(), processors=[remove, *tail])


def configure_logging(settings: ChassisSettings) -> None:
    """Send our own and all libraries' log lines to stdout in one format, from the configured severity on."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_formatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_processors(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
