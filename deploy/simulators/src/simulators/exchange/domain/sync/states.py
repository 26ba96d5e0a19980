"""Sync states: opaque to the client, good for one folder until it is reset there."""

import base64
import binascii
import json
from dataclasses import dataclass

from simulators.exchange.domain.errors import EwsError
from simulators.frame.store.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Place:
    """How far a client has read a folder: changes up to `at`; `since`: where this round began (None: the first one).

    `begun`: how far the folder was when the first round began.
    """

    calendar: str
    epoch: int
    at: int
    since: int | None
    begun: int

    def state(self) -> str:
        """Return the place as a SyncState; the same place is the same text."""
        content = [self.calendar, self.epoch, self.at, self.since, self.begun]
        return base64.b64encode(json.dumps(content, separators=(",", ":")).encode()).decode()


def invalid_state() -> EwsError:
    """Return the refusal: the client must begin again."""
    return EwsError("ErrorInvalidSyncStateData", "Synchronization state data is corrupt or otherwise invalid.")


def begin(calendar: Calendar) -> Place:
    """Return the place of a client that knows nothing."""
    return Place(calendar.key, calendar.epoch, 0, None, calendar.seq)


def resume(state: str, calendar: Calendar) -> Place:
    """Return the place of a state; refuse one that is none, is of another folder, or was made worthless."""
    try:
        place = Place(*json.loads(base64.b64decode(state, validate=True)))
    except (ValueError, TypeError, binascii.Error):
        raise invalid_state() from None
    if (place.calendar, place.epoch) != (calendar.key, calendar.epoch) or place.at > calendar.seq:
        raise invalid_state()
    return place
