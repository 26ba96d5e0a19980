"""The hidden item in which Outlook keeps a mailbox's working hours and their zone (MS-OXOCFG 2.2.5)."""

import base64
import hashlib
from datetime import datetime

from simulators.exchange.domain import ids
from simulators.exchange.domain.account.accounts import Account
from simulators.exchange.domain.events.properties import tag_of
from simulators.exchange.domain.xml import Element, t
from simulators.frame.store import zones
from simulators.frame.store.calendar import Calendar

CLASS = "IPM.Configuration.WorkHours"
_STREAM = 0x7C08
"""PidTagRoamingXmlStream, where the working hours are."""
_HOURS = (
    '<?xml version="1.0"?><Root xmlns="WorkingHours.xsd"><WorkHoursVersion1><TimeZone><Bias>{bias}</Bias>'
    "<Name>{zone}</Name></TimeZone><TimeSlot><Start>08:00:00</Start><End>17:00:00</End></TimeSlot>"
    "<WorkDays>Monday Tuesday Wednesday Thursday Friday</WorkDays></WorkHoursVersion1></Root>"
)


def key_of(calendar: Calendar) -> str:
    """Return the inner name of a calendar's settings item."""
    return hashlib.sha256(f"{CLASS} {calendar.key}".encode()).hexdigest()[:32]


def shown(calendar: Calendar, owner: Account, now: datetime, paths: tuple[Element, ...] = ()) -> Element:
    """Return the settings item with those of its extended properties that are asked for."""
    named = t("ItemId", Id=ids.item_id(key_of(calendar), calendar.key), ChangeKey=ids.change_key(0))
    streams = [path for path in paths if tag_of(path) == _STREAM]
    value = base64.b64encode(_hours(owner, now).encode()).decode()
    found = [t("ExtendedProperty", _stream_path(), t("Value", value)) for _ in streams]
    return t("Item", named, t("ItemClass", CLASS), found)


def _stream_path() -> Element:
    return t("ExtendedFieldURI", PropertyTag=f"0x{_STREAM:x}", PropertyType="Binary")


def _hours(owner: Account, now: datetime) -> str:
    offset = now.astimezone(zones.zone(owner.time_zone)).utcoffset()
    bias = -int(offset.total_seconds() // 60) if offset else 0
    return _HOURS.format(bias=bias, zone=zones.windows(owner.time_zone))
