"""Of several versions of one event in a file the newest alone counts (RFC 5545 §3.8.7.4, SEQUENCE)."""

from collections.abc import Iterable

from sandbox.ics.times import Component


def newest(events: Iterable[Component]) -> list[Component]:
    """Return each event (UID, RECURRENCE-ID) once: of its highest SEQUENCE, then its latest DTSTAMP, then the last.

    Events without a UID are all kept.
    """
    kept: dict[object, Component] = {}
    for event in events:
        key = _key(event)
        if key not in kept or _version(event) >= _version(kept[key]):
            kept[key] = event
    return list(kept.values())


def _key(event: Component) -> object:
    if "UID" not in event:
        return id(event)
    original = event.get("RECURRENCE-ID")
    return str(event["UID"]), original and original.to_ical()


def _version(event: Component) -> tuple[int, str]:
    try:
        sequence = int(event.get("SEQUENCE", 0))
    except (TypeError, ValueError):
        sequence = 0
    stamp = event.get("DTSTAMP")
    return sequence, "" if stamp is None or isinstance(stamp, list) else stamp.to_ical().decode()
