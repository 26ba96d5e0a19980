"""Processing one record: handled, waited for, or dead-lettered; never lost and never skipped.

- `Transient` (our own database or broker is away, a provider is busy): tried again in place with growing pauses;
  after minutes the batch is left for redelivery, so the consumer stays in its group.
- `Rejected`: dead-lettered at once.
- anything else: a few quick attempts, since it may be a race, then dead-lettered.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, stop_after_delay
from tenacity.wait import wait_exponential_jitter

from chassis.errors import Rejected, Transient
from chassis.messaging.consumer_health import ConsumerHealth
from chassis.observability.metrics import HANDLE_RETRIES
from chassis.outages import as_transient

log = structlog.get_logger()

LONGEST_OUTAGE_SECONDS = 300.0
"""How long a batch is held; well under the consumer's `max_poll_interval_ms`, whichever record waits last."""


class RedeliveryNeeded(Exception):  # noqa: N818 - named for what becomes of the record
    """The record is not settled: the process stops, or has waited too long in place. It will be delivered again."""


def _is_outage(error: BaseException) -> bool:
    return as_transient(error) is not None


def _is_unexpected(error: BaseException) -> bool:
    return isinstance(error, Exception) and not isinstance(error, Rejected) and not _is_outage(error)


def _error_of(state: RetryCallState) -> BaseException:
    error = state.outcome.exception() if state.outcome else None
    if error is None:
        raise AssertionError("retries follow errors only")
    return error


def _failing_first(error: Exception, handle: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """Return a handler whose first attempt was made already, and failed with this error."""
    failed = [error]

    async def again() -> None:
        if failed:
            raise failed.pop()
        await handle()

    return again


@dataclass(frozen=True)
class RecordProcessor:
    """Processes the records of one consumer; `name` is what probes and logs call it."""

    topic: str
    group: str
    health: ConsumerHealth
    retries: int
    longest_outage: float = LONGEST_OUTAGE_SECONDS
    first_pause: float = 0.2
    longest_pause: float = 15.0
    _waiting: set[int] = field(default_factory=set)

    @property
    def name(self) -> str:
        """Topic and group."""
        return f"{self.topic}@{self.group}"

    async def process(
        self, handle: Callable[[], Awaitable[None]], dead_letter: Callable[[str, Exception], Awaitable[None]]
    ) -> str:
        """Handle or dead-letter a record and return which (`handled`, `dead_lettered`); raises `RedeliveryNeeded`."""
        # Nearly every record is handled at once: two retriers for each were a tenth of a service's CPU.
        try:
            await handle()
        except Exception as error:  # noqa: BLE001 - judged by the retriers, as their first attempt
            return await self._retry(_failing_first(error, handle), dead_letter)
        return "handled"

    async def _retry(
        self, handle: Callable[[], Awaitable[None]], dead_letter: Callable[[str, Exception], Awaitable[None]]
    ) -> str:
        async def attempt() -> str:
            return await self._handle_or_dead_letter(handle, dead_letter)

        token = id(attempt)
        try:
            return await self._outage_retrier(token)(attempt)
        except Exception as error:
            if _is_outage(error):
                raise RedeliveryNeeded(str(error)) from error
            raise
        finally:
            self._done_waiting(token)

    async def _handle_or_dead_letter(
        self, handle: Callable[[], Awaitable[None]], dead_letter: Callable[[str, Exception], Awaitable[None]]
    ) -> str:
        try:
            await self._defect_retrier()(handle)
        except Rejected as error:
            await dead_letter(error.code, error)
        except Exception as error:
            if _is_outage(error):
                raise
            log.exception("handler_failed", consumer=self.name)
            await dead_letter("handler_failed", error)
        else:
            return "handled"
        return "dead_lettered"

    def _defect_retrier(self) -> AsyncRetrying:
        return AsyncRetrying(
            retry=retry_if_exception(_is_unexpected),
            wait=wait_exponential_jitter(multiplier=0.05, max=1.0, jitter=0.05),
            stop=stop_after_attempt(self.retries),
            sleep=self.health.pause,
            before_sleep=self._note_retry,
            reraise=True,
        )

    def _outage_retrier(self, token: int) -> AsyncRetrying:
        def note(state: RetryCallState) -> None:
            self._note_waiting(token, _error_of(state))

        return AsyncRetrying(
            retry=retry_if_exception(_is_outage),
            wait=self._pause_before,
            stop=lambda state: self.health.stopping.is_set() or stop_after_delay(self.longest_outage)(state),
            sleep=self.health.pause,
            before_sleep=note,
            reraise=True,
        )

    def _pause_before(self, state: RetryCallState) -> float:
        error = as_transient(_error_of(state))
        if isinstance(error, Transient) and error.retry_after is not None:
            return min(error.retry_after, self.longest_pause)
        growing = wait_exponential_jitter(multiplier=self.first_pause, max=self.longest_pause, jitter=self.first_pause)
        return growing(state)

    def _note_retry(self, state: RetryCallState) -> None:
        HANDLE_RETRIES.labels(self.topic, self.group, type(_error_of(state)).__name__).inc()

    def _note_waiting(self, token: int, error: BaseException) -> None:
        HANDLE_RETRIES.labels(self.topic, self.group, "outage").inc()
        log.warning("consumer_waits", consumer=self.name, error=str(error))
        self._waiting.add(token)
        self.health.waiting[self.name] = str(error)

    def _done_waiting(self, token: int) -> None:
        self._waiting.discard(token)
        if not self._waiting:
            self.health.waiting.pop(self.name, None)
