"""Measures what is asked of providers: how long each operation takes, and how it ends."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal

from chassis.errors import NeedsUser, Rejected, ResyncNeeded, Transient
from chassis.observability.tracing import call_span
from connector.adapters.metrics import PROVIDER_CALL_SECONDS
from connector.domain.provider.errors import ConnectionLost, PreconditionFailed, Throttled

# fmt: off
Operation = Literal[
    "account", "calendars", "changes", "read", "create", "update", "delete", "watch", "prolong", "unwatch",
    "exchange_code", "refresh_token",
]
# fmt: on
Result = Literal[
    "ok", "changed", "refused", "needs_user", "cursor_expired", "throttled", "lost", "away", "cancelled", "failed"
]
"""`changed`: another version is there (412). `lost`: the connection broke under a write. `cancelled`: we stop.
`failed`: a bug of ours."""


@dataclass
class Call:
    """A call under way; one that turned out to ask for nothing is not counted."""

    asked: bool = True


@contextmanager
def provider_call(provider: str, operation: Operation) -> Iterator[Call]:
    """Ask a provider for something within; measured, and a span of its own."""
    begun, call = time.perf_counter(), Call()
    result: Result = "ok"
    with call_span(f"{provider} {operation}"):
        try:
            yield call
        except BaseException as error:
            result = result_of(error)
            raise
        finally:
            if call.asked:
                PROVIDER_CALL_SECONDS.labels(provider, operation, result).observe(time.perf_counter() - begun)


def result_of(error: BaseException) -> Result:
    """Return what an error of a provider counts as."""
    return next((result for kind, result in _RESULTS if isinstance(error, kind)), "failed")


_RESULTS: Final[tuple[tuple[type[BaseException], Result], ...]] = (
    (Throttled, "throttled"),
    (ConnectionLost, "lost"),
    (Transient, "away"),
    (PreconditionFailed, "changed"),
    (Rejected, "refused"),
    (NeedsUser, "needs_user"),
    (ResyncNeeded, "cursor_expired"),
    (asyncio.CancelledError, "cancelled"),
)
"""The first that fits counts."""
