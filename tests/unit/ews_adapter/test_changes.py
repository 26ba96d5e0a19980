"""Pages of SyncFolderItems: hints of what to read, and the state after them (3.3)."""

from datetime import UTC, datetime

import pytest
from lxml import etree

from connector.adapters.providers.ews.changes import ChangedPage, changed_batch, changed_page, continued
from connector.adapters.providers.ews.folder import ITEMS_AT_ONCE, CalendarFolder
from connector.adapters.providers.ews.xml import Element
from connector.domain.provider.errors import ResyncNeeded, Transient
from connector.domain.provider.items import EventRead, EventRemoved, SeriesRead, Unreadable
from tests.unit.ews_adapter.items import item, master, modified
from tests.unit.ews_adapter.server import Operations, Serve, Server, named, operated, served

__all__ = ["operated", "served"]
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
OLD, NEW = "2026-10-30T12:00:00Z", "2026-11-03T12:00:00Z"


def row(kind: str, event_id: str, end: str = NEW, *, of: str = "Single", tag: str = "CalendarItem") -> str:
    """Return a change."""
    if kind in {"Delete", "ReadFlagChange"}:
        more = "<IsRead>true</IsRead>" if kind == "ReadFlagChange" else ""
        return f'<{kind}><ItemId Id="{event_id}"/>{more}</{kind}>'
    inside = f"<End>{end}</End><CalendarItemType>{of}</CalendarItemType>" if tag == "CalendarItem" else ""
    return f'<{kind}><{tag}><ItemId Id="{event_id}"/>{inside}</{tag}></{kind}>'


def page(*rows: str, state: str = "new", last: str = "true") -> str:
    told = f"<m:IncludesLastItemInRange>{last}</m:IncludesLastItemInRange>" if last else ""
    return f"<m:SyncState>{state}</m:SyncState>{told}<m:Changes>{''.join(rows)}</m:Changes>"


def told(folder: CalendarFolder, since: datetime | None = None) -> ChangedPage:
    return changed_page(folder, "old" if since is None else None, since, 100)


def test_3_3_rows_give_ids_and_the_state_after_them(operated: Operations) -> None:
    folder, asked = operated(SyncFolderItems=page(row("Create", "A="), row("Update", "B="), row("Delete", "C=")))
    assert told(folder) == ChangedPage("new", is_last=True, live=("A=", "B="), deleted=frozenset({"C="}))
    [request] = asked
    assert request.findtext("{*}SyncState") == "old"


@pytest.mark.parametrize(("last", "is_last"), [("true", True), ("false", False), ("", True)])
def test_3_5_5_a_page_says_whether_it_is_the_last(operated: Operations, last: str, is_last: bool) -> None:
    folder, _ = operated(SyncFolderItems=page(last=last))
    assert told(folder).is_last == is_last


def test_3_5_5_a_read_flag_and_what_is_no_event_are_no_changes(operated: Operations) -> None:
    rows = page(row("ReadFlagChange", "A="), row("Create", "B=", tag="Message"), row("Update", "C="))
    folder, _ = operated(SyncFolderItems=rows)
    assert told(folder).live == ("C=",)


def test_a_first_read_leaves_out_what_is_over_but_no_series(operated: Operations) -> None:
    rows = [row("Create", "A=", OLD), row("Create", "B="), row("Create", "C=", OLD, of="RecurringMaster")]
    rows += [row("Create", "D=", "no time"), row("Create", "E=", "2026-11-01T00:00:00Z")]
    folder, asked = operated(SyncFolderItems=page(*rows), unchecked=True)
    assert told(folder, SINCE).live == ("B=", "C=", "D=", "E=")
    assert asked[0].find("{*}SyncState") is None
    assert told(folder).live == ("A=", "B=", "C=", "D=", "E=")


def test_3_3_a_page_without_a_state_is_a_broken_answer(operated: Operations) -> None:
    folder, _ = operated(SyncFolderItems=page(state=""), unchecked=True)
    with pytest.raises(Transient):
        told(folder)


def test_3_3_a_worthless_state_asks_for_a_resync(operated: Operations) -> None:
    folder, _ = operated(SyncFolderItems="<m:SyncState/>", code="ErrorInvalidSyncStateData")
    with pytest.raises(ResyncNeeded):
        told(folder)


def test_h2_made_and_deleted_in_one_page_is_gone_only_where_it_is_not_there(served: Serve) -> None:
    folder = served(Server({"A=": "ErrorItemNotFound", "B=": named("B=")}))
    batch = changed_batch(folder, ("A=", "B="), frozenset({"A=", "B="}), None)
    assert batch.items
    gone, there = batch.items
    assert gone == EventRemoved("A=")
    assert isinstance(there, EventRead)


def test_h2_what_is_not_there_and_not_deleted_is_left_to_a_later_page(served: Serve) -> None:
    server = Server({"A=": "ErrorItemNotFound", "B=": named("B=")})
    batch = changed_batch(served(server), ("A=", "B="), frozenset(), None)
    assert [one.event.event_id for one in batch.items or () if isinstance(one, EventRead)] == ["B="]
    assert server.asked == [["A=", "B="], ["A="]]


def test_an_occurrence_stands_for_its_series(served: Serve) -> None:
    series = master(None, None, ItemId='<ItemId Id="M=" ChangeKey="key"/>')
    server = Server({"O=": item(CalendarItemType="Occurrence", ItemId='<ItemId Id="O="/>')}, masters={"O=": series})
    batch = changed_batch(served(server), ("O=",), frozenset(), None)
    [found] = batch.items or ()
    assert isinstance(found, SeriesRead)
    assert found.event.event_id == "M="


def test_changed_occurrences_of_many_are_read_in_steps(served: Serve) -> None:
    rows = [
        {
            "id": f"X{number}=",
            "start": "2026-11-03T15:00:00Z",
            "end": "2026-11-03T16:00:00Z",
            "original": f"2026-{11 + number // 28:02}-{number % 28 + 1:02}T11:00:00Z",
        }
        for number in range(2 * ITEMS_AT_ONCE - 44)
    ]
    raw = master(None, None, ItemId='<ItemId Id="M=" ChangeKey="key"/>', ModifiedOccurrences=modified(*rows))
    shown = {one["id"]: _exception(one["id"]) for one in rows}
    batch = changed_batch(served(Server({"M=": raw, **shown})), ("M=",), frozenset(), None)
    assert (batch.items, len(batch.missing)) == (None, len(rows))
    folder = served(Server(shown))
    batch = continued(folder, batch)
    assert (batch.items, len(batch.missing)) == (None, len(rows) - ITEMS_AT_ONCE)
    batch = continued(folder, batch)
    [found] = batch.items or ()
    assert isinstance(found, SeriesRead)
    assert len(found.exceptions or ()) == len(rows)


@pytest.mark.parametrize("code", ["ErrorCorruptData", "ErrorInternalServerError"])
def test_e3_a_series_without_one_of_its_exceptions_is_quarantined_alone(served: Serve, code: str) -> None:
    rows = {"id": "X=", "start": NEW, "end": NEW, "original": "2026-11-10T11:00:00Z"}
    raw = master(None, None, ItemId='<ItemId Id="M=" ChangeKey="key"/>', ModifiedOccurrences=modified(rows))
    server = Server({"M=": raw, "A=": named("A="), "X=": code})
    batch = continued(served(server), changed_batch(served(server), ("M=", "A="), frozenset(), None))
    bad, good = batch.items or ()
    assert isinstance(bad, Unreadable)
    assert (bad.event_id, isinstance(good, EventRead)) == ("M=", True)


def _exception(event_id: str) -> Element:
    found = item(CalendarItemType="Exception", ItemId=f'<ItemId Id="{event_id}" ChangeKey="key"/>')
    assert etree.QName(found).localname == "CalendarItem"
    return found
