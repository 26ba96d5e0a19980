"""The versions of events as Graph's rows show them."""

from collections.abc import Mapping
from typing import Any

from connector.adapters.providers.exchange_store.versions import EventVersion, Standing

Raw = Mapping[str, Any]


def version_of(raw: Raw, zone: str | None) -> EventVersion:
    """Return the version of an event as it was read."""
    return EventVersion(_etag(raw), standing_of(raw), zone)


def standing_of(raw: Raw) -> Standing:
    """Return whose an event is: the user's own, his own with guests (rooms get mail too, I2), or somebody else's."""
    if not raw.get("isOrganizer", True):
        return "foreign"
    return "guests" if raw.get("attendees") else "own"


def _etag(raw: Raw) -> str:
    """Return the etag, which is made of the change key; empty where neither is shown: nothing to set a condition on."""
    shown, key = raw.get("@odata.etag"), raw.get("changeKey")
    return str(shown or (f'W/"{key}"' if key else ""))
