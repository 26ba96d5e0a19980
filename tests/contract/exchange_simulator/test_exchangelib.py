"""exchangelib, which the connector uses, drives the simulator as a server by Basic and by NTLM."""

from collections.abc import Iterator
from typing import Any

import exchangelib
import httpx
import pytest
from exchangelib import DELEGATE, Account, CalendarItem, Configuration, Credentials, EWSDate, EWSDateTime, EWSTimeZone
from exchangelib.errors import UnauthorizedError
from exchangelib.protocol import FailFast
from exchangelib.recurrence import Recurrence, WeeklyPattern

from tests.contract.exchange_simulator.driver import EWS, PASSWORD
from tests.support.exchange_schemas import ARGUMENTS
from tests.support.simulator_driver import ANN, simulator_server

BERLIN = EWSTimeZone("Europe/Berlin")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with simulator_server("exchange", tmp_path_factory.mktemp("exchange"), *ARGUMENTS) as running:
        yield running


@pytest.fixture
def server(running: httpx.Client) -> Iterator[httpx.Client]:
    running.post("/control/reset").raise_for_status()
    running.post("/control/accounts", json={"email": ANN, "name": "Ann", "time_zone": "Europe/Berlin"})
    yield running
    exchangelib.close_connections()
    assert [one["problems"] for one in running.get("/control/journal").json() if one["problems"]] == []


def account(server: httpx.Client, scheme: str | None, password: str = PASSWORD) -> Any:
    """Return exchangelib's account; `scheme` None: it finds out."""
    made = Configuration(
        service_endpoint=f"{server.base_url}".rstrip("/") + EWS,
        credentials=Credentials(ANN, password),
        auth_type=scheme,
        retry_policy=FailFast(),
    )
    return Account(ANN, config=made, autodiscover=False, access_type=DELEGATE, default_timezone=BERLIN)


def at(day: int, hour: int) -> EWSDateTime:
    return EWSDateTime(2026, 12, day, hour, tzinfo=BERLIN)


def saved(own: Any, subject: str, day: int, **more: Any) -> Any:
    made = CalendarItem(
        account=own, folder=own.calendar, subject=subject, start=at(day, 10), end=at(day, 11), body="words", **more
    )
    made.save(send_meeting_invitations="SendToNone")
    return made


@pytest.mark.parametrize(("scheme", "found"), [(None, "NTLM"), ("basic", "basic"), ("NTLM", "NTLM")])
def test_a_calendar_is_read_and_written(server: httpx.Client, scheme: str | None, found: str) -> None:
    own = account(server, scheme)
    calendar = own.calendar
    assert (own.protocol.auth_type, f"{own.version.build}") == (found, "15.2.2562.17")
    assert [one.name for one in calendar.children] == ["Projects"]
    single = saved(own, "single", 1)
    assert [(kind, one.subject) for kind, one in calendar.sync_items(only_fields=["subject"])] == [("create", "single")]

    rule = Recurrence(pattern=WeeklyPattern(interval=1, weekdays=["Thursday"]), start=EWSDate(2026, 12, 3), number=4)
    series = saved(own, "series", 3, recurrence=rule)
    second = series.occurrence(index=2)
    second.refresh()
    second.subject = "apart"
    second.save(update_fields=["subject"], send_meeting_invitations="SendToNone")
    view = calendar.view(start=at(1, 0), end=at(31, 0)).order_by("start")
    assert [one.subject for one in view] == ["single", "series", "apart", "series", "series"]

    single.refresh()
    single.subject = "renamed"
    single.save(update_fields=["subject"], send_meeting_invitations="SendToNone", conflict_resolution="NeverOverwrite")
    single.delete(send_meeting_cancellations="SendToNone")
    changes = [kind for kind, _ in calendar.sync_items(sync_state=calendar.item_sync_state)]
    assert sorted(changes) == ["create", "delete"]


@pytest.mark.parametrize("scheme", ["basic", "NTLM"])
def test_a_wrong_password(server: httpx.Client, scheme: str) -> None:
    own = account(server, scheme, "wrong")
    with pytest.raises(UnauthorizedError):
        _ = own.calendar.total_count


def test_a_password_that_changed_is_asked_for_on_a_connection_that_was_proved(server: httpx.Client) -> None:
    own = account(server, "NTLM")
    assert own.calendar.total_count == 0
    server.patch(f"/control/accounts/{ANN}", json={"password": "another"}).raise_for_status()
    with pytest.raises(UnauthorizedError):
        own.calendar.refresh()


def test_names_zones_and_push(server: httpx.Client) -> None:
    own = account(server, "basic")
    assert own.calendar.total_count == 0  # it learns the server's version by this
    assert [one.email_address for one in own.protocol.resolve_names(["ann"])] == [ANN]
    zones = own.protocol.get_timezones(return_full_timezone_data=True)
    assert len(list(zones)) > 100
    subscription, watermark = own.calendar.subscribe_to_push(callback_url="http://127.0.0.1:9/x", status_frequency=5)
    assert watermark
    assert [one["id"] for one in server.get("/control/subscriptions").json()] == [subscription]
