"""Driven by exchangelib, the client that the connector uses; its oddities are those of providers/ews.md 3.6."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from exchangelib import (
    BASIC,
    Account,
    CalendarItem,
    Configuration,
    Credentials,
    EWSDate,
    EWSDateTime,
    EWSTimeZone,
    ExtendedProperty,
    Version,
)
from exchangelib.errors import ErrorIrresolvableConflict, ErrorItemNotFound, UnknownTimeZone
from exchangelib.items import NEVER_OVERWRITE, SEND_TO_NONE
from exchangelib.properties import Body, HTMLBody
from exchangelib.protocol import CachingProtocol
from exchangelib.recurrence import DailyPattern, Recurrence
from exchangelib.version import EXCHANGE_2019, Build

from tests.support.exchange_schemas import ARGUMENTS
from tests.support.simulator_driver import ANN, Json, simulator_server

BERLIN = EWSTimeZone("Europe/Berlin")
START = EWSDateTime(2027, 3, 26, 10, 0, tzinfo=BERLIN)
HOUR = timedelta(hours=1)


class CrmId(ExtendedProperty):  # type: ignore[misc]  # exchangelib has no types
    """The connector's marker, as any client may have one."""

    property_set_id = "6a1d2b58-3f6e-4c3e-9f0b-7f2b8f3f6b7a"
    property_name = "crmId"
    property_type = "String"


@dataclass(frozen=True)
class Outlook:
    """A mailbox as exchangelib sees it, and the simulator's control API."""

    account: Account
    control: httpx.Client

    def trap(self, name: str) -> None:
        self.control.post("/control/traps", json={"trap": name}).raise_for_status()

    def person(self, body: Json) -> str:
        answer = self.control.post(f"/control/accounts/{ANN}/calendars/primary/events", json=body).raise_for_status()
        return str(answer.json()["id"])

    def save(self, **fields: object) -> CalendarItem:
        given = {"subject": "s", "start": START, "end": START + HOUR, **fields}
        return CalendarItem(account=self.account, folder=self.account.calendar, **given).save(
            send_meeting_invitations=SEND_TO_NONE
        )

    def read(self, item: CalendarItem) -> CalendarItem:
        return self.account.calendar.get(id=item.id)


@pytest.fixture(scope="module")
def outlook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outlook]:
    CalendarItem.register("crm_id", CrmId)
    with simulator_server("exchange", tmp_path_factory.mktemp("exchange"), *ARGUMENTS) as control:
        control.post("/control/accounts", json={"email": ANN, "time_zone": "Europe/Berlin"}).raise_for_status()
        configuration = Configuration(
            service_endpoint=f"{control.base_url}/EWS/Exchange.asmx",
            credentials=Credentials(ANN, "sandbox"),
            auth_type=BASIC,
            version=Version(Build(EXCHANGE_2019.major_version, EXCHANGE_2019.minor_version, 1544, 4)),
        )
        yield Outlook(
            Account(ANN, config=configuration, autodiscover=False, default_timezone=BERLIN, access_type="delegate"),
            control,
        )
        assert [one for one in control.get("/control/journal").json() if one["problems"]] == []
    CachingProtocol.clear_cache()
    CalendarItem.deregister("crm_id")


def test_an_item_comes_back_as_it_was_saved(outlook: Outlook) -> None:
    fields = {"subject": "Visit", "location": "Room 1", "body": Body("one\ntwo"), "legacy_free_busy_status": "OOF"}
    shown = outlook.read(outlook.save(**fields, categories=["CRM"], sensitivity="Private"))
    assert (shown.subject, shown.location, shown.legacy_free_busy_status) == ("Visit", "Room 1", "OOF")
    assert (shown.start, shown.end, shown.categories, shown.sensitivity) == (START, START + HOUR, ["CRM"], "Private")
    assert shown.text_body == "one\r\ntwo"


def test_html_is_rewritten(outlook: Outlook) -> None:
    shown = outlook.read(outlook.save(body=HTMLBody("<p>one</p>")))
    assert shown.body.startswith("<html><head>")
    assert "<p>one</p>" in shown.body


def test_saving_by_exchangelib_turns_the_reminder_off(outlook: Outlook) -> None:
    assert outlook.read(outlook.save()).reminder_is_set is False


def test_the_marker_is_searched_by(outlook: Outlook) -> None:
    made = outlook.save(crm_id="contract-17")
    (found,) = outlook.account.calendar.filter(crm_id="contract-17").only("id", "changekey")
    assert found.id == made.id


def test_a_conflict_is_one_for_never_overwrite(outlook: Outlook) -> None:
    made = outlook.save()
    mine, theirs = outlook.read(made), outlook.read(made)
    theirs.subject = "theirs"
    theirs.save(update_fields=["subject"], send_meeting_invitations=SEND_TO_NONE)
    mine.subject = "mine"
    with pytest.raises(ErrorIrresolvableConflict):
        mine.save(update_fields=["subject"], conflict_resolution=NEVER_OVERWRITE, send_meeting_invitations=SEND_TO_NONE)


def test_a_deleted_item_is_gone(outlook: Outlook) -> None:
    made = outlook.save()
    known = CalendarItem(id=made.id, changekey=made.changekey)
    made.delete(send_meeting_cancellations=SEND_TO_NONE)
    (gone,) = outlook.account.fetch([known])
    assert isinstance(gone, ErrorItemNotFound)


def test_sync_tells_of_singles_and_masters(outlook: Outlook) -> None:
    calendar = outlook.account.calendar
    list(calendar.sync_items(only_fields=["id", "changekey"]))
    state = calendar.item_sync_state
    made = outlook.save(recurrence=_daily(3))
    outlook.read(made).occurrence(2).delete(send_meeting_cancellations=SEND_TO_NONE)
    rows = [(kind, item.id) for kind, item in calendar.sync_items(sync_state=state, only_fields=["id", "changekey"])]
    assert rows == [("create", made.id)]


def test_a_series_with_its_exceptions(outlook: Outlook) -> None:
    made = outlook.save(recurrence=_daily(4))
    master = outlook.read(made)
    master.occurrence(1).delete(send_meeting_cancellations=SEND_TO_NONE)
    third = master.occurrence(3)
    third.refresh()
    third.subject = "special"
    third.save(update_fields=["subject"], send_meeting_invitations=SEND_TO_NONE)
    master.refresh()
    assert [one.start for one in master.deleted_occurrences] == [START]
    assert [one.original_start for one in master.modified_occurrences] == [_clock(28)]
    assert (master.first_occurrence.start, master.last_occurrence.start) == (_clock(27), _clock(29))
    expanded = outlook.account.calendar.view(start=START - HOUR, end=START + timedelta(days=9))
    ours = [one for one in expanded if one.uid == master.uid]
    assert [(one.start, one.subject) for one in ours] == [(_clock(27), "s"), (_clock(28), "special"), (_clock(29), "s")]


def test_a_series_dates_are_days_with_a_zone_and_instants_without(outlook: Outlook) -> None:
    made = outlook.save(recurrence=_daily(3))
    assert outlook.read(made).recurrence.boundary.start == EWSDate(2027, 3, 26)
    outlook.trap("series.plain_dates")
    assert isinstance(outlook.read(made).recurrence.boundary.start, EWSDateTime)


def test_an_all_day_item_of_the_spring_day_reads_a_day_short(outlook: Outlook) -> None:
    days = {"start": {"date": "2027-03-28"}, "end": {"date": "2027-03-29"}}
    (shown,) = outlook.account.fetch([CalendarItem(id=outlook.person({"summary": "fair"} | days))])
    assert (shown.start, shown.end) == (EWSDate(2027, 3, 28), EWSDate(2027, 3, 27))


@pytest.mark.parametrize("name", ["tzone://Microsoft/Custom", ""])
def test_a_zone_that_no_list_has_spoils_the_batch(outlook: Outlook, name: str) -> None:
    odd = {
        side: {"dateTime": f"2027-04-01T{hour}:00:00", "timeZone": "Europe/Berlin", "zoneName": name}
        for side, hour in (("start", 10), ("end", 11))
    }
    items = [outlook.save(), CalendarItem(id=outlook.person({"summary": "odd"} | odd))]
    with pytest.raises((UnknownTimeZone, TypeError, ValueError)):
        list(outlook.account.fetch(items))


def _daily(count: int) -> Recurrence:
    return Recurrence(pattern=DailyPattern(interval=1), start=EWSDate(2027, 3, 26), number=count)


def _clock(day: int) -> EWSDateTime:
    return EWSDateTime(2027, 3, day, 10, 0, tzinfo=BERLIN)
