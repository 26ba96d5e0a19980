"""The time zone of a mailbox: EWS has no question for it, so it is read where Outlook keeps it.

Outlook and Outlook on the web store the working hours with their zone in the calendar's settings, an associated item
of class `IPM.Configuration.WorkHours` (MS-OXOCFG 2.2.5.2.1). A mailbox that nobody has opened yet has none: then the
zone of most events about now counts.
"""

import base64
import contextlib
from collections import Counter
from datetime import timedelta

from lxml import etree

from connector.adapters.providers.ews import requests
from connector.adapters.providers.ews.events.canonical import item_id
from connector.adapters.providers.ews.events.times import own_zone
from connector.adapters.providers.ews.folder import CalendarFolder
from connector.adapters.providers.ews.xml import Element, child, children, text_at
from connector.adapters.providers.exchange_store.zones import UTC_NAME, known_zone
from connector.domain.provider.errors import Rejected

_CLASS = "IPM.Configuration.WorkHours"
_STREAM = ("0x7C08", "Binary")
"""PidTagRoamingXmlStream (MS-OXOCFG 2.2.2.3)."""
_ABOUT_NOW, _EVENTS = timedelta(days=60), 20


def mailbox_zone(folder: CalendarFolder) -> str:
    """Return the IANA zone of a mailbox; UTC where nothing tells it. `folder`: one of its calendars."""
    for ask in (_of_working_hours, _of_events):
        with contextlib.suppress(Rejected):  # a server that does not show settings, or knows no such view
            if zone := ask(folder):
                return zone
    return UTC_NAME


def _of_working_hours(folder: CalendarFolder) -> str | None:
    calendar = requests.distinguished("calendar", folder.account.primary_smtp_address)
    listed = folder.one(requests.find_associated(calendar, _CLASS), "item")
    for row in children(listed, "m:RootFolder/t:Items/*"):
        found = folder.one(requests.get_property(requests.item_id(item_id(row)), *_STREAM), "item")
        if zone := _named(text_at(found, "m:Items/*/t:ExtendedProperty/t:Value")):
            return zone
    return None


def _named(stream: str) -> str | None:
    """Return the zone that a base64 stream of working hours names."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    try:
        root = etree.fromstring(base64.b64decode(stream), parser)
    except (ValueError, etree.XMLSyntaxError):
        return None
    found = None if root is None else root.find(".//{*}TimeZone/{*}Name")
    return None if found is None else known_zone((found.text or "").strip())


def _of_events(folder: CalendarFolder) -> str | None:
    asked = requests.find_between(folder.calendar_id, folder.now - _ABOUT_NOW, folder.now + _ABOUT_NOW, _EVENTS)
    rows = children(folder.one(asked, "item"), "m:RootFolder/t:Items/*")
    answers = folder.answers([requests.item_id(item_id(row)) for row in rows]) if rows else []
    zones = Counter(zone for raw in answers if not isinstance(raw, Exception) and (zone := _told(raw)))
    return next((zone for zone, _ in zones.most_common(1)), None)


def _told(raw: Element) -> str | None:
    return own_zone(raw) if child(raw, "t:StartTimeZone") is not None else None
