"""What names a stored item and its versions: kind, change key, UID."""

import base64

from simulators.frame.store.calendar import Item


def change_key_of(number: int) -> str:
    """The change key of that number: opaque, another one after every change."""
    return base64.b64encode(b"\x09\x00\x00\x00\x16\x00\x00\x00" + number.to_bytes(10, "big")).decode()


def change_key(item: Item) -> str:
    """The item's present change key."""
    return change_key_of(item.change)


def etag(item: Item) -> str:
    """The etag is made of the change key."""
    return f'W/"{change_key(item)}"'


def kind(item: Item) -> str:
    """The item's kind, in Graph's words."""
    if item.is_series:
        return "seriesMaster"
    if item.master is None:
        return "singleInstance"
    return "exception" if ":" in item.key else "occurrence"


def uid(item: Item, day: str | None) -> str:
    """The GlobalObjectId (MS-OXOCAL 2.2.1.27): one for a series, with the day for an occurrence of it."""
    date = day.replace("-", "") if day else "00000000"
    when = f"{int(date[:4]):04X}{int(date[4:6]):02X}{int(date[6:]):02X}"
    key = (item.master or item.key).upper()
    return f"040000008200E00074C5B7101A82E008{when}{'0' * 32}10000000{key}"
