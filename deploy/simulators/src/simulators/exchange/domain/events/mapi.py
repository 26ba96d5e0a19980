"""MAPI's names for what an item has anyway: other clients than ours ask for it by tag or by named property.

The keys are the ids of `properties`; MS-OXPROPS has the list.
"""

import base64
from collections.abc import Callable, Mapping

from simulators.exchange.domain.events import meetings, times
from simulators.frame.store.calendar import Item
from simulators.frame.store.identity import uid

SETS = {
    "Meeting": "6ed8da90-450b-101b-98da-00aa003f1305",
    "Appointment": "00062002-0000-0000-c000-000000000046",
    "Common": "00062008-0000-0000-c000-000000000046",
    "PublicStrings": "00020329-0000-0000-c000-000000000046",
    "Address": "00062004-0000-0000-c000-000000000046",
    "InternetHeaders": "00020386-0000-0000-c000-000000000046",
    "CalendarAssistant": "11000e07-b51b-40d6-af21-caa85edab1d0",
    "UnifiedMessaging": "4442858e-a9e3-4e80-b900-317a210cc15b",
    "Task": "00062003-0000-0000-c000-000000000046",
    "Sharing": "00062040-0000-0000-c000-000000000046",
}
"""The property sets that have names in EWS (DistinguishedPropertySetType)."""
SUBJECT, BODY = "String 0x37", "String 0x1000"
"""PidTagSubject and PidTagBody, which clients set too."""
_GLOBAL_ID_START = bytes.fromhex("040000008200E00074C5B7101A82E008")
_VCAL = b"vCal-Uid\x01\x00\x00\x00"
_BUSY = {"free": "0", "tentative": "1", "busy": "2", "oof": "3", "workingElsewhere": "4", "unknown": "0"}


def global_id(item: Item, day: str | None = None) -> bytes:
    """Return the GlobalObjectId (MS-OXOCAL 2.2.1.27); a client's own UID is wrapped as `vCal-Uid`."""
    given = item.uid
    if given is None:
        return bytes.fromhex(uid(item, day))
    if given.upper().startswith(_GLOBAL_ID_START.hex().upper()):
        return bytes.fromhex(given)
    data = _VCAL + given.encode() + b"\x00"
    return _GLOBAL_ID_START + bytes(20) + len(data).to_bytes(4, "little") + data


def _encoded(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _flag(value: object) -> str:
    return str(bool(value)).lower()


def _in_set(name: str, kind: str, number: int) -> str:
    return f"{kind} {{{SETS[name]}}} Id 0x{number:x}"


DERIVED: Mapping[str, Callable[[Item], str]] = {
    "String 0x1a": meetings.item_class,
    SUBJECT: lambda item: str(item.fields["subject"]),
    "Integer 0xe23": lambda item: str(item.born),
    "SystemTime 0x3007": lambda item: times.shown(times.instant(item.created), times.UTC_ZONE),
    "SystemTime 0x3008": lambda item: times.shown(times.instant(item.modified), times.UTC_ZONE),
    _in_set("Meeting", "Binary", 0x3): lambda item: _encoded(global_id(item, item.day)),
    _in_set("Meeting", "Binary", 0x23): lambda item: _encoded(global_id(item)),
    _in_set("Appointment", "Integer", 0x8205): lambda item: _BUSY[item.fields["showAs"]],
    _in_set("Appointment", "String", 0x8208): lambda item: str(item.fields["location"]["displayName"]),
    _in_set("Appointment", "SystemTime", 0x820D): lambda item: times.shown(item.start.instant, times.UTC_ZONE),
    _in_set("Appointment", "SystemTime", 0x820E): lambda item: times.shown(item.end.instant, times.UTC_ZONE),
    _in_set("Appointment", "Boolean", 0x8215): lambda item: _flag(item.fields["isAllDay"]),
    _in_set("Appointment", "Integer", 0x8217): lambda item: str(meetings.state(item)),
    _in_set("Appointment", "Boolean", 0x8223): lambda item: _flag(item.is_series or item.master is not None),
    _in_set("Common", "Integer", 0x8501): lambda item: str(item.fields["reminderMinutesBeforeStart"]),
    _in_set("Common", "Boolean", 0x8503): lambda item: _flag(item.fields["isReminderOn"]),
}
"""What is made of an item's other properties."""
