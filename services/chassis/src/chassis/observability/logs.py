"""Logs: structlog, JSON lines on stdout (readable ones on a terminal), and never a secret in them."""

import logging
import math
import sys
from collections import Counter
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from chassis.observability.private_text import traceback_without_input
from chassis.settings import ChassisSettings

_SECRETS = ("authorization", "password", "secret", "token", "credential", "cookie")
_CHATTY = (
    *("aiokafka", "pymongo", "httpx", "httpcore", "chassis.faststream", "uvicorn.access"),
    *("exchangelib", "urllib3", "authlib", "opentelemetry"),
    *("googleapiclient", "kiota_http", "kiota_abstractions", "msgraph", "requests_ntlm", "spnego"),
)
"""Libraries that write down what they send and receive, whose addresses hold e-mail addresses and cursors, or every
step; their warnings are let through."""
_REPEATS_ITSELF = "aiokafka"
_SILENCE_SECONDS = 10.0


class RepeatFilter(logging.Filter):
    """Lets what a library says over and over through once in a while, with the number of times it was left out.

    While Kafka is away, aiokafka says the same few things 300 times a second; writing them down was most of the work.
    """

    def __init__(self, library: str, silence: float = _SILENCE_SECONDS) -> None:
        super().__init__(library)
        self._silence = silence
        self._said: dict[str, float] = {}
        self._left_out: Counter[str] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether to let a record through; two are the same when they differ in their values alone."""
        if not super().filter(record):
            return True
        words = str(record.msg)
        if record.created - self._said.get(words, -math.inf) < self._silence:
            self._left_out[words] += 1
            return False
        self._said[words] = record.created
        if left_out := self._left_out.pop(words, 0):
            record.msg = f"{words} (and {left_out} times before)"
        return True


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
    render: Any = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if sys.stdout.isatty()
        else structlog.processors.JSONRenderer()
    )
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    tracebacks = structlog.processors.ExceptionRenderer(traceback_without_input)
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_processors(), processors=[remove, tracebacks, render])


def configure_logging(settings: ChassisSettings) -> None:
    """Send our own and all libraries' log lines to stdout in one format, from the configured severity on."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_formatter())
    handler.addFilter(RepeatFilter(_REPEATS_ITSELF))
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
