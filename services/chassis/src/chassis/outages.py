"""Which foreign exceptions mean "our database or broker is away": mapped to `Transient` here and nowhere else."""

from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from faststream.exceptions import IncorrectState
from pymongo.errors import (
    ConnectionFailure,
    CursorNotFound,
    ExecutionTimeout,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
)

from chassis.errors import Rejected, Transient

# A lost cursor: the server was started anew while it was read.
_MONGO_AWAY = (ConnectionFailure, ServerSelectionTimeoutError, WaitQueueTimeoutError, ExecutionTimeout, CursorNotFound)


def as_transient(error: BaseException) -> Transient | None:
    """Return the `Transient` that an exception stands for, or None where waiting would not help."""
    if isinstance(error, Transient):
        return error
    if isinstance(error, _MONGO_AWAY) or (isinstance(error, PyMongoError) and error.timeout):
        return Transient("mongo_unavailable", type(error).__name__)
    if isinstance(error, KafkaError | IncorrectState) and not isinstance(error, MessageSizeTooLargeError):
        return Transient("kafka_unavailable", type(error).__name__)
    return None


@contextmanager
def outages_as_transient() -> Iterator[None]:
    """Raise `Transient` in place of a driver's error that means the server is away."""
    try:
        yield
    except MessageSizeTooLargeError as error:
        raise Rejected("message_too_large", str(error)) from error
    except (PyMongoError, KafkaError, IncorrectState) as error:
        transient = as_transient(error)
        if transient is None:
            raise
        raise transient from error
