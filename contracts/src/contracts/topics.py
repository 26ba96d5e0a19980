"""Names of the topics, and the one way to read a message off each of them."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from pydantic import TypeAdapter

from contracts.activities import ActivityEvent
from contracts.activity_commands import ActivityCommandMessage
from contracts.activity_outcomes import ActivityOutcomeMessage
from contracts.activity_types import ActivityTypesChanged
from contracts.brakes import BrakeMessage
from contracts.calendar_commands import CalendarCommandMessage
from contracts.calendar_events import CalendarEvent
from contracts.connections import ConnectionChanged
from contracts.decisions import SyncDecided
from contracts.erasures import ErasureMessage
from contracts.links import LinkStateMessage

ACTIVITY_EVENTS: Final = "activity.events.v1"
ACTIVITY_TYPES: Final = "activity-types.v1"
ACTIVITY_COMMANDS: Final = "activity.commands.v1"
ACTIVITY_OUTCOMES: Final = "activity.outcomes.v1"
CALENDAR_EVENTS: Final = "calendar.events.v1"
CALENDAR_COMMANDS: Final = "calendar.commands.v1"
CONNECTION_EVENTS: Final = "connection.events.v1"
LINK_STATES: Final = "link.states.v1"
SYNC_DECISIONS: Final = "sync.decisions.v1"
SYNC_BRAKES: Final = "sync.brakes.v1"
ERASURES: Final = "erasures.v1"

MODELS: Mapping[str, TypeAdapter[Any]] = MappingProxyType(
    {
        ACTIVITY_EVENTS: TypeAdapter(ActivityEvent),
        ACTIVITY_TYPES: TypeAdapter(ActivityTypesChanged),
        ACTIVITY_COMMANDS: TypeAdapter(ActivityCommandMessage),
        ACTIVITY_OUTCOMES: TypeAdapter(ActivityOutcomeMessage),
        CALENDAR_EVENTS: TypeAdapter(CalendarEvent),
        CALENDAR_COMMANDS: TypeAdapter(CalendarCommandMessage),
        CONNECTION_EVENTS: TypeAdapter(ConnectionChanged),
        LINK_STATES: TypeAdapter(LinkStateMessage),
        SYNC_DECISIONS: TypeAdapter(SyncDecided),
        SYNC_BRAKES: TypeAdapter(BrakeMessage),
        ERASURES: TypeAdapter(ErasureMessage),
    }
)
"""What each topic's messages are; a union is told apart by `type`."""


def reader(topic: str) -> Callable[[bytes], Any]:
    """Return the function that parses one message of `topic`; it raises `pydantic.ValidationError` on bad input."""
    return MODELS[topic].validate_json
