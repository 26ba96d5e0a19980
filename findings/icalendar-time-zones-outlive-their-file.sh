#!/usr/bin/env bash
# icalendar 7.3.0 keeps the time zones of every file it has parsed by their TZID, for the whole process.
#
# A good guess: a VTIMEZONE belongs to the calendar object in which it stands (RFC 5545 3.6.5: its TZID "MUST be unique
# within the scope of an iCalendar object"), so two files may use one name for two zones, as Outlook's export does with
# "Customized Time Zone".
# What happens: the first file's zone is used for the second file, too; its own VTIMEZONE is ignored without a warning.
# What it means for us: whoever reads files of several people in one process must reset the library's zones before each
# (`icalendar.timezone.tzp.use_default()`), or one person's meetings are hours off by another's zone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check icalendar==7.3.0
"$folder/venv/bin/python" - <<'PYTHON'
from icalendar import Calendar
from icalendar.timezone import tzp

FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//EN
BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:{offset}
TZOFFSETTO:{offset}
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART;TZID=Customized Time Zone:20260701T160000
END:VEVENT
END:VCALENDAR
"""


def start(offset: str) -> str:
    [event] = Calendar.from_ical(FILE.format(offset=offset)).walk("VEVENT")
    return event["DTSTART"].dt.isoformat()


first, second = start("-0500"), start("+0300")
tzp.use_default()
after_reset = start("+0300")
print("first file (-05:00):", first)
print("second file (+03:00):", second)
print("second file after tzp.use_default():", after_reset)
assert first == "2026-07-01T16:00:00-05:00"
assert second == "2026-07-01T16:00:00-05:00", "the second file's own zone counts now: this finding is over"
assert after_reset == "2026-07-01T16:00:00+03:00"
PYTHON
