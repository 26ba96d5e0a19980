"""Which errors of the drivers mean that the server is away, so that waiting helps."""

import pytest
from aiokafka.errors import (
    CommitFailedError,
    GroupAuthorizationFailedError,
    InvalidProducerEpoch,
    KafkaConnectionError,
    KafkaError,
    MessageSizeTooLargeError,
    NotLeaderForPartitionError,
    OutOfOrderSequenceNumber,
    TopicAuthorizationFailedError,
)
from pymongo.errors import (
    AutoReconnect,
    CursorNotFound,
    DuplicateKeyError,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
)

from chassis.errors import NeedsOperator, Rejected, Transient
from chassis.outages import outages_as_transient

AWAY = {
    "the connection broke": (AutoReconnect("gone"), "mongo_unavailable"),
    "the server took too long": (ExecutionTimeout("slow", 50), "mongo_unavailable"),
    "the server was started anew while a cursor was read": (CursorNotFound("not found", 43), "mongo_unavailable"),
    "the broker is gone": (KafkaConnectionError("gone"), "kafka_unavailable"),
    "the leader has changed": (NotLeaderForPartitionError(), "kafka_unavailable"),
    "the partition has gone to another member": (CommitFailedError("late"), "kafka_unavailable"),
}

REFUSED = {
    "the right to a topic is missing": TopicAuthorizationFailedError("a.topic"),
    "the right to be in a group is missing": GroupAuthorizationFailedError("a-group"),
    "a partition takes nothing more of this producer": OutOfOrderSequenceNumber(),
    "the producer is fenced": InvalidProducerEpoch(),
    "the client's coordination has ended": KafkaError("Unexpected error during coordination"),
}


@pytest.mark.parametrize("case", AWAY)
def test_an_outage_is_transient(case: str) -> None:
    error, code = AWAY[case]
    with pytest.raises(Transient) as raised, outages_as_transient():
        raise error
    assert raised.value.code == code
    assert not isinstance(raised.value, NeedsOperator)


@pytest.mark.parametrize(("code", "name"), [(13, "Unauthorized"), (18, "AuthenticationFailed")])
def test_what_the_database_refuses_is_no_passing_outage(code: int, name: str) -> None:
    with pytest.raises(NeedsOperator, match=f"mongo_refused: {name}$"), outages_as_transient():
        raise OperationFailure("not authorized to execute command { insert: secret }", code)


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_broker_refuses_is_no_passing_outage(case: str) -> None:
    with pytest.raises(NeedsOperator, match=type(REFUSED[case]).__name__) as raised, outages_as_transient():
        raise REFUSED[case]
    assert raised.value.code == "kafka_refused"


def test_a_message_that_is_too_large_never_gets_through() -> None:
    with pytest.raises(Rejected, match="message_too_large"), outages_as_transient():
        raise MessageSizeTooLargeError("1 MB")


@pytest.mark.parametrize("error", [DuplicateKeyError("taken", 11000), PyMongoError("odd"), ValueError("ours")])
def test_what_is_no_outage_stays_what_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as raised, outages_as_transient():
        raise error
    assert raised.value is error
