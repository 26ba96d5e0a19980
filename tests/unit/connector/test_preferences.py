"""What the preferences page makes of a connection: its tone, its choices, its forms, its chart."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from connector.domain.model.traffic import HourTraffic, Traffic, hour_of, inbound, outbound
from connector.entrypoints.http.pages.chart import HOURS, chart_of
from connector.entrypoints.http.pages.fields import SETTINGS, FieldRefused, SettingName, change_of, written
from connector.entrypoints.http.pages.view import Preferences, type_choices, zones_by_area
from connector.entrypoints.http.views import ConnectionView
from contracts.activity_types import DEFAULT_TYPES, ActivityType
from contracts.connections import ConnectionSettings, ConnectionStatus

NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
ACTIVE = ("call", "meeting", "task")


def view(status: ConnectionStatus = "in_sync", **changes: Any) -> ConnectionView:
    shown: dict[str, Any] = {
        "id": "c1",
        "user_id": "7",
        "provider": "google",
        "email": "ann@example.com",
        "status": status,
        "push": "webhook",
        "progress": None,
        "last_read_at": NOW,
        "subscription_expires_at": None,
        "last_problem": None,
        "version": 1,
        "created_at": NOW,
        "brake": None,
        "outbound_types": ACTIVE,
    }
    return ConnectionView.model_validate(shown | changes)


def page(status: ConnectionStatus = "in_sync", **changes: Any) -> Preferences:
    shown = view(status, **changes)
    return Preferences(shown, type_choices([], shown.outbound_types), None, chart_of({}, NOW), NOW)


@pytest.mark.parametrize("status", get_args(ConnectionStatus))
def test_l2_every_status_has_a_tone(status: ConnectionStatus) -> None:
    assert page(status).tone


@pytest.mark.parametrize("status", get_args(ConnectionStatus))
def test_l2_the_page_looks_again_only_while_something_goes_on_by_itself(status: ConnectionStatus) -> None:
    assert page(status).moves == (status in {"initial_sync", "catching_up", "throttled", "stopping"})


@pytest.mark.parametrize(("done", "total", "percent"), [(0, 0, 0), (1, 3, 33), (3, 3, 100)])
def test_progress_is_shown_in_percent(done: int, total: int, percent: int) -> None:
    assert page("initial_sync", progress={"done": done, "total": total}).percent == percent


def test_the_page_has_every_setting_and_no_other() -> None:
    assert set(SETTINGS) == set(ConnectionSettings.model_fields)


@pytest.mark.parametrize("name", SETTINGS)
def test_what_a_form_has_seen_is_the_same_for_the_same_value(name: SettingName) -> None:
    shown = view(outbound_types=("task", "call"), calendar_id="cal", timezone="Europe/Warsaw")
    other = view(outbound_types=("call", "task"), calendar_id="cal", timezone="Europe/Warsaw")
    assert written(shown, name) == written(other, name)


@pytest.mark.parametrize(
    ("name", "form", "value"),
    [
        ("direction", {"direction": ["one_way"]}, "one_way"),
        ("include_context", {"include_context": ["true"]}, True),
        ("include_context", {}, False),
        ("horizon_days", {"horizon_days": [" 90 "]}, 90),
        ("outbound_types", {"outbound_types": ["call", "task"]}, ("call", "task")),
        ("outbound_types", {}, ()),
        ("outbound_types", {"outbound_types": ["call", "task", "meeting"]}, None),  # all: later ones too
    ],
)
def test_a_form_becomes_a_change_of_its_setting(name: SettingName, form: dict[str, list[str]], value: Any) -> None:
    assert change_of(name, form, ACTIVE).given() == {name: value}


@pytest.mark.parametrize(
    ("name", "text"),
    [("horizon_days", ""), ("horizon_days", "0"), ("horizon_days", "9e9"), ("direction", "up"), ("timezone", "Mars")],
)
def test_what_is_no_value_is_refused(name: SettingName, text: str) -> None:
    with pytest.raises(FieldRefused, match=f"invalid_{name}"):
        change_of(name, {name: [text]}, ACTIVE)


def test_c3_types_have_their_icons_and_colours_and_retired_ones_are_left_out() -> None:
    types = [
        ActivityType(key_string="call", name="Call", icon_key="call", color="1A73E8"),
        ActivityType(key_string="demo", name="Demo <b>", icon_key="rocket", color='"/><script'),
        ActivityType(key_string="fax", name="Fax", active=False),
    ]
    call, demo = type_choices(types, ["call"])
    assert (call.icon, call.colour, call.selected, call.has_default_name) == ("call", "1A73E8", True, True)
    assert (demo.icon, demo.colour, demo.selected, demo.has_default_name) == ("other", "5F6B76", False, False)


def test_zones_hold_the_present_one_whatever_it_is() -> None:
    assert "Europe/Warsaw" in zones_by_area(None)["Europe"]
    assert "Etc/GMT+3" in zones_by_area("Etc/GMT+3")[""]


def test_the_chart_has_a_bar_for_each_hour_up_to_now() -> None:
    hours = {
        hour_of(NOW): HourTraffic(inbound=2, inbound_seconds=6, outbound=1, outbound_seconds=0.5),
        hour_of(NOW - timedelta(hours=23)): HourTraffic(outbound=200),
        hour_of(NOW - timedelta(hours=24)): HourTraffic(inbound=1000),
    }
    chart = chart_of(hours, NOW)
    assert len(chart.bars) == HOURS
    assert (chart.inbound, chart.outbound, chart.most) == (2, 201, 200)
    assert (chart.bars[-1].inbound_delay, chart.bars[-1].outbound_delay, chart.bars[0].inbound_delay) == (3, 0.5, None)
    assert chart.bars[-1].inbound_height == 3.0  # two beside two hundred are still to be seen
    assert max(bar.x + bar.width for bar in chart.bars) <= chart.width


def test_a_chart_of_nothing_is_empty() -> None:
    assert chart_of({}, NOW).is_empty
    assert DEFAULT_TYPES


def test_traffic_forgets_what_nobody_looks_at() -> None:
    traffic = Traffic(id="c1", expires_at=NOW)
    for hours in (30, 24, 0):
        at = NOW - timedelta(hours=hours)
        traffic = traffic.with_hours({hour_of(at): outbound(timedelta(seconds=2))}, NOW)
    assert sorted(traffic.hours) == [hour_of(NOW - timedelta(hours=24)), hour_of(NOW)]


def test_delays_are_bounded() -> None:
    assert inbound(timedelta(days=-3)).inbound_seconds == 0
    assert inbound(timedelta(days=900)).inbound_seconds == 86400
