"""Zones by their rules, where their names say nothing: defined as Exchange defines its own (the simulator does)."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from lxml import etree
from tzlocal.windows_tz import win_tz

from connector.adapters.providers.ews.events.zone_rules import zone_by_rules
from connector.adapters.providers.ews.xml import TYPES, Element
from connector.domain.provider.items import SeriesRead
from simulators.exchange.domain.account.time_zones import definition
from tests.unit.ews_adapter.items import item, master, read, snapshot

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
CUSTOM = "tzone://Microsoft/Custom"
CHANGING = ["W. Europe Standard Time", "Eastern Standard Time", "AUS Eastern Standard Time", "Egypt Standard Time"]
FIXED = ["India Standard Time", "Nepal Standard Time", "Tokyo Standard Time"]


def custom(windows: str, tag: str = "StartTimeZone", name: str = CUSTOM) -> str:
    """Return a zone's definition under another name."""
    found = definition(windows, 2026, full=True)
    inside = "".join(etree.tostring(one).decode() for one in found)
    return f'<{tag} Id="{CUSTOM}" Name="{name}">{inside}</{tag}>'


def both(windows: str) -> dict[str, str]:
    return {"StartTimeZone": custom(windows), "EndTimeZone": custom(windows, "EndTimeZone")}


def parsed(text: str) -> Element:
    return etree.fromstring(text.replace("<StartTimeZone", f'<StartTimeZone xmlns="{TYPES}"', 1))


def offsets(name: str) -> list[object]:
    moments = (datetime(2026 + month // 12, month % 12 + 1, 15, tzinfo=UTC) for month in range(24))
    return [one.astimezone(ZoneInfo(name)).utcoffset() for one in moments]


@pytest.mark.parametrize("windows", [*CHANGING, *FIXED])
def test_d6_a_custom_zone_is_one_with_the_same_rules(windows: str) -> None:
    found = zone_by_rules(parsed(custom(windows)), NOON)
    assert found
    assert offsets(found) == offsets(win_tz[windows])


@pytest.mark.parametrize("windows", CHANGING)
def test_e3_a_series_in_a_custom_zone_is_read(windows: str) -> None:
    series = read(master(**both(windows)))
    assert isinstance(series, SeriesRead), series
    assert offsets(getattr(series.event.fields.time, "timezone", "")) == offsets(win_tz[windows])


def test_d6_a_name_that_is_known_counts_before_rules() -> None:
    named = item(StartTimeZone=custom("India Standard Time", name="Europe/Rome"), EndTimeZone=None)
    assert getattr(snapshot(named).fields.time, "timezone", "") == "Europe/Rome"


def test_d6_a_definition_with_ages_counts_by_the_one_that_holds() -> None:
    old, new = definition("India Standard Time", 2026, full=True), definition("Eastern Standard Time", 2026, full=True)
    texts = [{part: _inside(one, part) for part in ("Periods", "TransitionsGroups")} for one in (old, new)]
    since = '<To Kind="Group">0</To><DateTime>2007-01-01T00:00:00</DateTime>'
    ages = (
        f'<Transition><To Kind="Group">Old0</To></Transition><AbsoluteDateTransition>{since}</AbsoluteDateTransition>'
    )
    periods = texts[0]["Periods"].replace('Id="', 'Id="Old').replace('Name="', 'Name="Old') + texts[1]["Periods"]
    groups = texts[0]["TransitionsGroups"].replace('Id="0"', 'Id="Old0"').replace(">Standard<", ">OldStandard<")
    whole = (
        f"<StartTimeZone><Periods>{periods}</Periods>"
        f"<TransitionsGroups>{groups}{texts[1]['TransitionsGroups']}</TransitionsGroups>"
        f"<Transitions>{ages}</Transitions></StartTimeZone>"
    )
    assert offsets(zone_by_rules(parsed(whole), NOON) or "UTC") == offsets("America/New_York")
    assert zone_by_rules(parsed(whole), NOON.replace(year=2000)) == "Asia/Kolkata"


def _inside(definition_: Element, part: str) -> str:
    return "".join(etree.tostring(one).decode() for one in definition_.findall(f"{{*}}{part}/*"))


@pytest.mark.parametrize(
    "broken",
    [
        "<StartTimeZone/>",
        '<StartTimeZone><Periods><Period Bias="soon" Id="a"/></Periods></StartTimeZone>',
        '<StartTimeZone><Periods><Period Bias="-PT13H17M" Id="a"/></Periods></StartTimeZone>',
    ],
)
def test_d6_rules_that_no_zone_has_or_nobody_can_read_are_unknown(broken: str) -> None:
    assert zone_by_rules(parsed(broken), NOON) is None
