#!/usr/bin/env bash
# recurring-ical-events 3.8.2 gives the occurrences of a series with DTEND the length by the wall clock, not the exact one.
#
# A good guess: RFC 5545 3.8.5.3 tells two ways apart. A series whose length comes from DTEND keeps its exact length in every
# occurrence; one with DURATION may count by the clock. So a night shift from 23:00 to 05:00, six hours long, ends at 06:00
# in the night the clocks go forward.
# What happens: that occurrence ends at 05:00 and is five hours long; in the night they go back it is seven hours long.
# DTEND and DURATION give the same.
# What it means for us: as a second opinion on expanded series it is good for the starts alone; lengths across a change of
# the clocks are compared with the exact duration instead (Exchange and Google keep that).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check recurring-ical-events==3.8.2 icalendar==7.3.0 tzdata==2026.6
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import UTC, date

import recurring_ical_events
from icalendar import Calendar

FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//EN
BEGIN:VEVENT
UID:night
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20260301T230000
{end}
RRULE:FREQ=DAILY;UNTIL=20261101T000000Z
SUMMARY:Night shift
END:VEVENT
END:VCALENDAR
"""


def hours(end: str, night: date) -> float:
    [event] = (
        one
        for one in recurring_ical_events.of(Calendar.from_ical(FILE.format(end=end))).at(night)
        if one["DTSTART"].dt.date() == night
    )
    return (event["DTEND"].dt.astimezone(UTC) - event["DTSTART"].dt.astimezone(UTC)).total_seconds() / 3600


by_end, by_duration = "DTEND;TZID=Europe/Berlin:20260302T050000", "DURATION:PT6H"
for name, night in {"plain": date(2026, 3, 10), "forward": date(2026, 3, 28), "back": date(2026, 10, 24)}.items():
    print(f"{name}: {hours(by_end, night)} h by DTEND, {hours(by_duration, night)} h by DURATION")
assert hours(by_end, date(2026, 3, 10)) == 6
assert hours(by_end, date(2026, 3, 28)) == 5, "the exact duration is kept now: this finding is over"
assert hours(by_end, date(2026, 10, 24)) == 7
PYTHON
