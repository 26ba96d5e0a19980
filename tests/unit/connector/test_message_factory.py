"""Envelopes of the connector's messages: each names the message that was in hand when it was made."""

from contextvars import copy_context
from typing import Any

import pytest

from chassis.clock import ManualClock
from chassis.messaging.publisher import Outgoing
from chassis.observability.correlation import bind_causation
from connector.application.message_factory import MessageFactory
from contracts.calendar_commands import CalendarPull, CalendarRemove
from tests.unit.connector.support import NOW, connection


def made_while(message_id: str | None, make: Any) -> Any:
    def work() -> Any:
        bind_causation(message_id)
        return make(MessageFactory(ManualClock(NOW)))

    return copy_context().run(work)


@pytest.mark.parametrize("message_id", ["m1", None])
def test_a_message_names_the_one_in_hand_and_none_where_a_request_or_timer_began(message_id: str | None) -> None:
    sent: Outgoing = made_while(message_id, lambda factory: factory.pull(connection(), "push"))
    assert CalendarPull.model_validate_json(sent.value).causation_id == message_id


def test_an_answer_names_its_command_whatever_is_in_hand() -> None:
    command = CalendarRemove(
        id="m7",
        occurred_at=NOW,
        company_id="acme",
        aggregate_version=1,
        correlation_id="r1",
        cause="sync",
        command_id="k7",
        connection_id="c1",
        activity_id="a1",
        calendar_id="primary",
        event_id="e1",
    )
    settled = made_while("m1", lambda factory: factory.settled(connection(), command, "refused", seq=1))
    assert (settled.causation_id, settled.command_id) == ("m7", "k7")
