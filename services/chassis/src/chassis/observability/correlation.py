"""Correlation and causation: which action a piece of work belongs to, and which message it handles.

The correlation id follows a user's action through requests, messages and log lines. The causation id is the id of the
message in hand; work that a request or a timer began has none.
"""

from contextvars import ContextVar

import structlog

from chassis.ids import new_id

CORRELATION_HEADER = "correlation_id"

_current: ContextVar[str | None] = ContextVar("correlation_id", default=None)
_causation: ContextVar[str | None] = ContextVar("causation_id", default=None)


def current_correlation_id() -> str:
    """Return the correlation id of the work in progress; work that has none yet gets a new one."""
    return _current.get() or bind_correlation(new_id())


def bind_correlation(correlation_id: str) -> str:
    """Make an id the correlation id of everything done from here on in this task, log lines included."""
    _current.set(correlation_id)
    structlog.contextvars.bind_contextvars(correlation_id=correlation_id)
    return correlation_id


def current_causation_id() -> str | None:
    """Return the id of the message in hand; None in work that a request or a timer began."""
    return _causation.get()


def bind_causation(message_id: str | None) -> None:
    """Make a message the cause of everything done from here on in this task."""
    _causation.set(message_id)
