"""Which errors of the drivers mean that the server is away, so that waiting helps."""

import pytest
from aiokafka.errors import KafkaConnectionError, MessageSizeTooLargeError
from pymongo.errors import AutoReconnect, CursorNotFound, DuplicateKeyError, ExecutionTimeout, PyMongoError

from chassis.errors import Rejected, Transient
from chassis.outages import outages_as_transient

AWAY = {
    "the connection broke": (AutoReconnect("gone"), "mongo_unavailable"),
    "the server took too long": (ExecutionTimeout("slow", 50), "mongo_unavailable"),
    "the server was started anew while a cursor was read": (CursorNotFound("not found", 43), "mongo_unavailable"),
    "the broker is gone": (KafkaConnectionError("gone"), "kafka_unavailable"),
}


@pytest.mark.parametrize("case", AWAY)
def test_an_outage_is_transient(case: str) -> None:
    error, code = AWAY[case]
    with pytest.raises(Transient) as raised, outages_as_transient():
        raise error
    assert raised.value.code == code


def test_a_message_that_is_too_large_never_gets_through() -> None:
    with pytest.raises(Rejected, match="message_too_large"), outages_as_transient():
        raise MessageSizeTooLargeError("1 MB")


@pytest.mark.parametrize("error", [DuplicateKeyError("taken", 11000), PyMongoError("odd"), ValueError("ours")])
def test_what_is_no_outage_stays_what_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as raised, outages_as_transient():
        raise error
    assert raised.value is error
