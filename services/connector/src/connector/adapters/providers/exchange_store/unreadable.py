"""What reading an event may raise that is not as it should be, and how that is told without any of its content."""

from pydantic import ValidationError

from connector.adapters.providers.exchange_store.recurrence import UnreadableRecurrenceError
from connector.domain.provider.items import Unreadable
from connector.domain.provider.spans import UnreadableTimeError

UNREADABLE = (
    UnreadableTimeError,
    UnreadableRecurrenceError,
    ValidationError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    OverflowError,
)


def unreadable(event_id: str, error: Exception) -> Unreadable:
    """Return the item for an event that nobody can make sense of: it is quarantined and stops nothing."""
    if isinstance(error, UnreadableRecurrenceError):
        return Unreadable(event_id, reason_of(error), rule="E3")
    return Unreadable(event_id, reason_of(error))


def reason_of(error: Exception) -> str:
    """Return why an event cannot be read, without any of its content."""
    match error:
        case UnreadableTimeError() | UnreadableRecurrenceError():
            return str(error)
        case ValidationError():
            return f"malformed: {'.'.join(map(str, error.errors()[0]['loc']))}"
        case _:
            return f"malformed: {type(error).__name__}"
