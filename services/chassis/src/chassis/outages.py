"""Which foreign exceptions mean "our database or broker is away", and which need an operator: sorted here alone.

What MongoDB refuses (a password, a right) needs an operator. What Kafka refuses is of three kinds: it passes by itself
(`Transient`), it lasts until somebody acts (`NeedsOperator`: a right that is missing, a producer that the broker has
fenced), or this message will never be taken (`Rejected`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from aiokafka import errors as kafka
from aiokafka.errors import KafkaError
from faststream.exceptions import IncorrectState
from pymongo.errors import (
    ConnectionFailure,
    CursorNotFound,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
)

from chassis.errors import NeedsOperator, Rejected, Transient

# A lost cursor: the server was started anew while it was read.
_MONGO_AWAY: Final = (
    ConnectionFailure,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
    ExecutionTimeout,
    CursorNotFound,
)

_MONGO_REFUSALS: Final = {13: "Unauthorized", 18: "AuthenticationFailed", 334: "MechanismUnavailable"}
"""By MongoDB's codes. Its own sentences are not passed on: that of 13 quotes the command, and what it would write."""

TOO_LARGE: Final = (kafka.MessageSizeTooLargeError, kafka.RecordTooLargeError, kafka.RecordListTooLargeError)
"""What the broker will never take: a record, or the batch that it came in, is above the limit of its topic."""

_PASSING: Final = (
    kafka.BrokerNotAvailableError,
    kafka.ReplicaNotAvailableError,
    kafka.KafkaUnavailableError,
    kafka.KafkaTimeoutError,
    kafka.UnknownError,
    # The partition has gone to another member, or this client is stopping: the record is delivered again.
    kafka.CommitFailedError,
    kafka.IllegalGenerationError,
    kafka.UnknownMemberIdError,
    kafka.RebalanceInProgressError,
    kafka.IllegalStateError,
    kafka.ProducerClosed,
)
"""What passes by itself although aiokafka does not call it `retriable`: it repeats by itself what it calls that."""


def _sorted(error: KafkaError) -> Transient | None:
    if isinstance(error, TOO_LARGE):
        return None
    if error.retriable or isinstance(error, _PASSING):
        return Transient("kafka_unavailable", type(error).__name__)
    return NeedsOperator("kafka_refused", f"{type(error).__name__} {error}".strip())


def as_transient(error: BaseException) -> Transient | None:
    """Return the `Transient`, `NeedsOperator` too, that an exception stands for; None where waiting would not help."""
    if isinstance(error, Transient):
        return error
    if isinstance(error, _MONGO_AWAY) or (isinstance(error, PyMongoError) and error.timeout):
        return Transient("mongo_unavailable", type(error).__name__)
    if isinstance(error, OperationFailure) and error.code in _MONGO_REFUSALS:
        return NeedsOperator("mongo_refused", _MONGO_REFUSALS[error.code])
    if isinstance(error, IncorrectState):
        return Transient("kafka_unavailable", type(error).__name__)
    return _sorted(error) if isinstance(error, KafkaError) else None


@contextmanager
def outages_as_transient() -> Iterator[None]:
    """Raise `Transient`, `NeedsOperator` or `Rejected` in place of a driver's error; others go through as they are."""
    try:
        yield
    except TOO_LARGE as error:
        raise Rejected("message_too_large", str(error)) from error
    except (PyMongoError, KafkaError, IncorrectState) as error:
        transient = as_transient(error)
        if transient is None:
            raise
        raise transient from error
