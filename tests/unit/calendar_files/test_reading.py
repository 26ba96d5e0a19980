"""Calendar files moved into the coming weeks keep what they mean (RFC 5545); what cannot be read stops nothing else."""

from datetime import date, datetime
from typing import Any

import pytest

from sandbox.ics.errors import Refused
from sandbox.ics.reading import Draft, read

TODAY = date(2026, 11, 30)
"""A Monday in winter; most files below begin in the summer of 2019."""


def events(*bodies: str, head: str = "") -> list[Draft | Refused]:
    blocks = "\n".join(f"BEGIN:VEVENT\n{body.strip()}\nEND:VEVENT" for body in bodies)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}{blocks}\nEND:VCALENDAR\n"
    return read(text.encode(), begin=TODAY, zone="Europe/Berlin")


def drafts(*bodies: str, head: str = "") -> list[Draft]:
    found = events(*bodies, head=head)
    assert all(isinstance(one, Draft) for one in found), found
    return [one for one in found if isinstance(one, Draft)]


def draft(*bodies: str, head: str = "") -> Draft:
    [one] = drafts(*bodies, head=head)
    return one


def span(event: dict[str, Any]) -> tuple[str, str]:
    start, end = event["start"], event["end"]
    return start.get("dateTime", start.get("date")), end.get("dateTime", end.get("date"))


BERLIN = "UID:w\nSUMMARY:Weekly\nDTSTART;TZID=Europe/Berlin:20190701T160000\nDTEND;TZID=Europe/Berlin:20190701T170000\n"


def test_utc_values_move_on_the_clock_of_the_series() -> None:
    weekly = draft(f"{BERLIN}RRULE:FREQ=WEEKLY;UNTIL=20190729T140000Z\nEXDATE:20190708T140000Z\nRDATE:20190703T140000Z")
    assert weekly.event["start"]["dateTime"] == "2026-11-30T16:00:00+01:00"
    assert weekly.event["recurrence"] == [
        "RRULE:FREQ=WEEKLY;UNTIL=20261228T150000Z",
        "RDATE:20261202T150000Z",
        "EXDATE:20261207T150000Z",
    ]


def test_exceptions_in_utc_move_on_the_clock_of_the_series() -> None:
    moved = "UID:w\nSUMMARY:Moved\nRECURRENCE-ID:20190708T140000Z\nDTSTART:20190708T160000Z\nDTEND:20190708T170000Z"
    gone = "UID:w\nRECURRENCE-ID:20190715T140000Z\nDTSTART:20190715T140000Z\nSTATUS:CANCELLED"
    weekly = draft(f"{BERLIN}RRULE:FREQ=WEEKLY", moved, gone)
    assert [one.original for one in weekly.overrides] == ["20261207T150000Z", "20261214T150000Z"]
    assert weekly.overrides[0].changes is not None
    assert weekly.overrides[0].changes["start"]["dateTime"] == "2026-12-07T17:00:00+00:00"
    assert weekly.overrides[1].changes is None


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("DTSTART;VALUE=DATE:20190704", ("2026-12-03", "2026-12-04")),
        ("DTSTART;VALUE=DATE:20190704\nDTEND;VALUE=DATE:20190704", ("2026-12-03", "2026-12-04")),
        (
            "DTSTART;TZID=Europe/Berlin:20190704T100000\nDTEND;TZID=Europe/Berlin:20190704T100000",
            ("2026-12-03T10:00:00+01:00", "2026-12-03T10:00:00+01:00"),
        ),
        ("DTSTART:20190704T100000Z\nDURATION:PT45M", ("2026-12-03T10:00:00+00:00", "2026-12-03T10:45:00+00:00")),
    ],
)
def test_an_end_that_is_missing_or_the_start(lines: str, expected: tuple[str, str]) -> None:
    assert span(draft(f"SUMMARY:x\n{lines}").event) == expected


def test_third_saturdays_stay_third_saturdays() -> None:
    master = "UID:m\nSUMMARY:Market\nDTSTART;TZID=Europe/Berlin:20190720T100000\nRRULE:FREQ=MONTHLY;BYDAY=3SA;COUNT=6"
    moved = (
        "UID:m\nSUMMARY:Moved\nRECURRENCE-ID;TZID=Europe/Berlin:20190817T100000\n"
        "DTSTART;TZID=Europe/Berlin:20190818T140000"
    )
    market = draft(master, moved)
    assert market.event["start"]["dateTime"] == "2026-12-19T10:00:00+01:00"  # the third Saturday of December
    assert market.event["recurrence"] == ["RRULE:FREQ=MONTHLY;COUNT=6;BYDAY=3SA"]
    [override] = market.overrides
    assert override.original == "20270116T090000Z"
    assert override.changes is not None
    assert override.changes["start"]["dateTime"] == "2027-01-17T14:00:00+01:00"


def test_a_yearly_date_keeps_its_day_and_its_end() -> None:
    birthday = draft(
        "SUMMARY:Ada\nDTSTART;VALUE=DATE:20151210\nRRULE:FREQ=YEARLY;UNTIL=20181210\nEXDATE;VALUE=DATE:20161210"
    )
    assert birthday.event["start"] == {"date": "2026-12-10"}
    assert birthday.event["recurrence"] == ["RRULE:FREQ=YEARLY;UNTIL=20291210", "EXDATE;VALUE=DATE:20271210"]


def test_a_monthly_series_that_does_not_begin_with_its_rule_is_named() -> None:
    [refused] = events("SUMMARY:Odd\nDTSTART;VALUE=DATE:20190702\nRRULE:FREQ=MONTHLY;BYDAY=3SA")
    assert isinstance(refused, Refused)
    assert "no date of its own rule" in refused.reason


def test_each_event_is_read_alone() -> None:
    two = "SUMMARY:Two starts\nDTSTART:20190704T100000Z\nDTSTART:20190705T100000Z"
    broken = "SUMMARY:No time\nDTSTART:soon"
    good = "SUMMARY:Good\nDTSTART:20190706T100000Z"
    found = events(two, broken, good)
    assert [(one.title, isinstance(one, Draft)) for one in found] == [
        ("Two starts", False),
        ("No time", False),
        ("Good", True),
    ]
    reasons = [one.reason for one in found if isinstance(one, Refused)]
    assert "more than one DTSTART" in reasons[0]
    assert "DTSTART" in reasons[1]


def test_what_is_no_calendar_is_told_as_such() -> None:
    with pytest.raises(ValueError, match="no calendar"):
        read(b"\x00\x01 junk", begin=TODAY, zone="Europe/Berlin")


def test_the_newest_version_of_an_event_counts() -> None:
    old = "UID:v\nSEQUENCE:0\nSUMMARY:Old\nDTSTART:20190704T100000Z"
    new = "UID:v\nSEQUENCE:1\nSUMMARY:New\nDTSTART:20190704T110000Z"
    assert draft(new, old).title == "New"
    assert draft(old, new).title == "New"


def test_this_and_future_goes_on_with_what_it_says() -> None:
    rule = f"{BERLIN}RRULE:FREQ=WEEKLY;COUNT=5"
    change = (
        "UID:w\nSUMMARY:Renamed\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20190715T160000\n"
        "DTSTART;TZID=Europe/Berlin:20190715T170000\nDTEND;TZID=Europe/Berlin:20190715T183000"
    )
    later = (
        "UID:w\nSUMMARY:Once\nRECURRENCE-ID;TZID=Europe/Berlin:20190722T160000\n"
        "DTSTART;TZID=Europe/Berlin:20190722T090000"
    )
    head, tail = drafts(rule, change, later)
    assert (head.title, head.event["recurrence"]) == ("Weekly", ["RRULE:FREQ=WEEKLY;UNTIL=20261207T150000Z"])
    assert (tail.title, tail.event["recurrence"]) == ("Renamed", ["RRULE:FREQ=WEEKLY;COUNT=3"])
    assert span(tail.event) == ("2026-12-14T17:00:00+01:00", "2026-12-14T18:30:00+01:00")
    [once] = tail.overrides
    assert once.original == "20261221T160000Z"
    assert once.changes is not None
    assert once.changes["start"]["dateTime"] == "2026-12-21T09:00:00+01:00"


NEW_YORK = """BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T020000
RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
END:VTIMEZONE
"""


def test_d6_a_zone_of_any_name_is_the_iana_zone_with_its_rules() -> None:
    event = draft(
        "SUMMARY:x\nDTSTART;TZID=Customized Time Zone:20190704T160000\nRRULE:FREQ=WEEKLY", head=NEW_YORK
    ).event
    assert event["start"] == {"dateTime": "2026-12-03T16:00:00-05:00", "timeZone": "America/New_York"}


def test_d6_a_zone_of_another_file_with_that_name_is_another_zone() -> None:
    draft("SUMMARY:x\nDTSTART;TZID=Customized Time Zone:20190704T160000", head=NEW_YORK)
    moscow = NEW_YORK.replace("-0400", "+0300").replace("-0500", "+0300")
    event = draft("SUMMARY:x\nDTSTART;TZID=Customized Time Zone:20190704T160000", head=moscow).event
    assert (
        datetime.fromisoformat(event["start"]["dateTime"]).utcoffset()
        == datetime.fromisoformat("2026-12-03T16:00:00+03:00").utcoffset()
    )


@pytest.mark.parametrize(
    "name", ["/freeassociation.sourceforge.net/Tzfile/Europe/Helsinki", "FLE Standard Time", "Europe/Helsinki"]
)
def test_d6_zones_by_a_path_or_by_windows_names(name: str) -> None:
    start = draft(f"SUMMARY:x\nDTSTART;TZID={name}:20190704T160000").event["start"]
    assert datetime.fromisoformat(start["dateTime"]).isoformat() == "2026-12-03T16:00:00+02:00"


def test_a_period_of_an_rdate_has_its_own_length() -> None:
    series = draft(
        "SUMMARY:x\nDTSTART:20190702T140000Z\nDTEND:20190702T150000Z\nRRULE:FREQ=WEEKLY;COUNT=2\n"
        "RDATE;VALUE=PERIOD:20190703T140000Z/PT2H"
    )
    [longer] = series.overrides
    assert longer.original == "20261202T140000Z"
    assert longer.changes is not None
    assert span(longer.changes) == ("2026-12-02T14:00:00+00:00", "2026-12-02T16:00:00+00:00")


def test_words_that_are_none_of_the_standards_cost_the_property_alone() -> None:
    event = draft(
        "SUMMARY:x\nDTSTART:20190704T100000Z\nSTATUS:BUSY\nTRANSP:MAYBE\nCLASS:SECRET\n"
        "ATTENDEE;CN=Room 1:urn:uuid:8f6f\n"
        "ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:ann@client.example\nATTENDEE:invalid:nomail"
    ).event
    assert (event["status"], event["transparency"], event["visibility"]) == ("confirmed", "opaque", "default")
    assert event["attendees"] == [{"email": "ann@client.example", "responseStatus": "accepted"}]


@pytest.mark.parametrize("part", ["COUNT=0", "COUNT=-1", "INTERVAL=0"])
def test_e3_rules_that_no_calendar_can_mean_go_on_as_they_are(part: str) -> None:
    [line] = draft(f"SUMMARY:x\nDTSTART:20190704T100000Z\nRRULE:FREQ=WEEKLY;{part}").event["recurrence"]
    assert part in line


def test_an_exception_without_its_series_is_an_event() -> None:
    assert draft("UID:o\nSUMMARY:Orphan\nRECURRENCE-ID:20190704T100000Z\nDTSTART:20190704T120000Z").title == "Orphan"


@pytest.mark.parametrize(
    "line", ["DTSTART;TZID=Mars/Olympus:20190701T160000", "DTSTART:20190701T140000Z\nEXDATE;TZID=X:20190701T160000"]
)
def test_d6_a_zone_that_nobody_knows_is_named_and_never_taken_for_another(line: str) -> None:
    [one, good] = events(f"SUMMARY:Nowhere\n{line}", "SUMMARY:Good\nDTSTART:20190704T100000Z")
    assert isinstance(one, Refused)
    assert one.title == "Nowhere"
    assert "time zone" in one.reason
    assert isinstance(good, Draft)


@pytest.mark.parametrize("odd", ["00010101T000000Z", "19700101T000000Z", "22000101T000000Z", "99991231T000000Z"])
@pytest.mark.parametrize("others", [1, 4])
def test_an_event_far_from_all_others_moves_them_nowhere(odd: str, others: int) -> None:
    good = [f"SUMMARY:Good\nDTSTART:201907{day:02d}T100000Z" for day in range(4, 4 + others)]
    found = events(f"SUMMARY:Odd\nDTSTART:{odd}", *good)
    first = next(one for one in found if isinstance(one, Draft) and one.title == "Good")
    assert first.event["start"]["dateTime"] == "2026-12-03T10:00:00+00:00"
