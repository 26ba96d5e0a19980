"""What only other clients ask for, such as DavMail: iCalendar content, options, folders, MAPI properties."""

import base64

import pytest

from simulators.exchange.domain.xml import Element, m, t
from tests.contract.exchange_simulator.driver import EwsFailure, Exchange, all_of
from tests.support.simulator_driver import timed

_FILE = """BEGIN:VCALENDAR\r
BEGIN:VEVENT\r
UID:mine\r
SUMMARY:A long subject that is folded\\, as RFC 5545 wants it for lines of more than\r
  75 letters\r
DESCRIPTION:One\\nTwo\r
LOCATION:Room 1\r
{times}\r
BEGIN:VALARM\r
DESCRIPTION:not this\r
END:VALARM\r
END:VEVENT\r
END:VCALENDAR\r
"""


async def created(exchange: Exchange, times: str) -> str:
    """Create an item from an iCalendar file; return its id."""
    content = base64.b64encode(_FILE.format(times=times).encode()).decode()
    asked = m(
        "CreateItem", m("Items", t("CalendarItem", t("MimeContent", content))), SendMeetingInvitations="SendToNone"
    )
    return all_of(await exchange.call(asked), "t:ItemId")[0].get("Id") or ""


async def content(exchange: Exchange, item_id: str) -> list[str]:
    """Return the lines of an item's file, unfolded."""
    shape = m("ItemShape", t("BaseShape", "IdOnly"), t("IncludeMimeContent", True))
    answer = await exchange.call(m("GetItem", shape, m("ItemIds", t("ItemId", Id=item_id))))
    text = base64.b64decode(all_of(answer, "t:MimeContent")[0].text or "").decode()
    return text.replace("\r\n ", "").split("\r\n")


@pytest.mark.parametrize(
    ("times", "start", "lines"),
    [
        (
            (
                "DTSTART;TZID=W. Europe Standard Time:20261202T100000\r\n"
                "DTEND;TZID=W. Europe Standard Time:20261202T110000"
            ),
            {"dateTime": "2026-12-02T10:00:00+01:00", "timeZone": "Europe/Berlin"},
            {"DTSTART;TZID=W. Europe Standard Time:20261202T100000", "TZID:W. Europe Standard Time"},
        ),
        (
            "DTSTART:20261202T100000Z\r\nDTEND:20261202T110000Z",
            {"dateTime": "2026-12-02T10:00:00Z", "timeZone": "UTC"},
            {"DTSTART;TZID=UTC:20261202T100000"},
        ),
        (
            "DTSTART;VALUE=DATE:20261202\r\nDTEND;VALUE=DATE:20261203",
            {"date": "2026-12-02"},
            {"DTSTART;VALUE=DATE:20261202", "DTEND;VALUE=DATE:20261203"},
        ),
    ],
)
async def test_an_item_as_a_file(exchange: Exchange, times: str, start: dict[str, str], lines: set[str]) -> None:
    item_id = await created(exchange, times)
    (event,) = await exchange.person("GET")
    assert event["summary"] == "A long subject that is folded, as RFC 5545 wants it for lines of more than 75 letters"
    assert (event["description"], event["location"], event["start"]) == ("One\nTwo", "Room 1", start)
    found = {*await content(exchange, item_id)}
    assert lines | {"UID:mine", "DESCRIPTION:One\\nTwo", "LOCATION:Room 1"} <= found


async def test_a_series_as_a_file(exchange: Exchange) -> None:
    times = "DTSTART:20261202T100000Z\r\nDTEND:20261202T110000Z\r\nRRULE:FREQ=DAILY;COUNT=4"
    item_id = await created(exchange, times)
    await exchange.person("PATCH", f"/{item_id}_20261203T100000Z", {"summary": "apart"})
    await exchange.person("DELETE", f"/{item_id}_20261204T100000Z")
    found = await content(exchange, item_id)
    assert {"RRULE:FREQ=DAILY;COUNT=4", "EXDATE;TZID=UTC:20261204T100000"} <= {*found}
    assert "RECURRENCE-ID;TZID=UTC:20261203T100000" in found[found.index("SUMMARY:apart") :]


@pytest.mark.parametrize("text", ["BEGIN:VCALENDAR", "BEGIN:VEVENT\nUID:x\nEND:VEVENT"])
async def test_a_file_without_an_event(exchange: Exchange, text: str) -> None:
    given = t("CalendarItem", t("MimeContent", base64.b64encode(text.encode()).decode()))
    with pytest.raises(EwsFailure) as error:
        await exchange.call(m("CreateItem", m("Items", given), SendMeetingInvitations="SendToNone"))
    assert error.value.refusal == (200, "ErrorMimeContentInvalid")


def configuration(name: str) -> Element:
    target = m("UserConfigurationName", t("DistinguishedFolderId", Id="root"), Name=name)
    return m("GetUserConfiguration", target, m("UserConfigurationProperties", "All"))


async def test_the_options_of_outlook_on_the_web(exchange: Exchange) -> None:
    answer = await exchange.call(configuration("OWA.UserOptions"))
    assert [one.text for one in all_of(answer, "t:Value")] == ["timezone", "W. Europe Standard Time"]
    with pytest.raises(EwsFailure) as error:
        await exchange.call(configuration("Another"))
    assert error.value.refusal == (200, "ErrorItemNotFound")


async def test_calendars_come_and_go(exchange: Exchange) -> None:
    given = t("Folder", t("FolderClass", "IPF.Appointment"), t("DisplayName", "Team"))
    parent = m("ParentFolderId", t("DistinguishedFolderId", Id="msgfolderroot"))
    (made,) = all_of(await exchange.call(m("CreateFolder", parent, m("Folders", given))), "t:FolderId")
    named = t("FolderId", Id=made.get("Id"))
    shape = m("FolderShape", t("BaseShape", "AllProperties"))
    found = await exchange.call(m("GetFolder", shape, m("FolderIds", named)))
    assert [one.text for one in all_of(found, "t:DisplayName")] == ["Team"]
    await exchange.call(m("DeleteFolder", m("FolderIds", t("FolderId", Id=made.get("Id"))), DeleteType="HardDelete"))
    with pytest.raises(EwsFailure, match="ErrorFolderNotFound"):
        await exchange.call(m("GetFolder", shape, m("FolderIds", t("FolderId", Id=made.get("Id")))))


async def test_what_cannot_be_made_or_deleted(exchange: Exchange) -> None:
    parent = m("ParentFolderId", t("DistinguishedFolderId", Id="msgfolderroot"))
    with pytest.raises(EwsFailure, match="ErrorAccessDenied"):
        await exchange.call(m("CreateFolder", parent, m("Folders", t("Folder", t("DisplayName", "Mails")))))
    own = t("DistinguishedFolderId", Id="calendar")
    with pytest.raises(EwsFailure, match="ErrorDeleteDistinguishedFolder"):
        await exchange.call(m("DeleteFolder", m("FolderIds", own), DeleteType="HardDelete"))


async def test_items_by_the_tags_of_mapi(exchange: Exchange) -> None:
    """Their number within the folder grows; subject and recurrence are what the items have anyway."""
    await exchange.person("POST", body=timed(1) | {"summary": "a"})
    await exchange.person("POST", body=timed(2) | {"summary": "b", "recurrence": ["RRULE:FREQ=DAILY;COUNT=2"]})
    number = t("ExtendedFieldURI", PropertyTag="0xe23", PropertyType="Integer")
    subject = t("ExtendedFieldURI", PropertyTag="0x37", PropertyType="String")
    recurring = t(
        "ExtendedFieldURI", DistinguishedPropertySetId="Appointment", PropertyId=33315, PropertyType="Boolean"
    )
    asked = m(
        "FindItem",
        m("ItemShape", t("BaseShape", "IdOnly"), t("AdditionalProperties", subject)),
        m("SortOrder", t("FieldOrder", number, Order="Descending")),
        m("ParentFolderIds", t("DistinguishedFolderId", Id="calendar")),
        Traversal="Shallow",
    )
    assert [one.text for one in all_of(await exchange.call(asked), "t:Value")] == ["b", "a"]
    condition = t("IsEqualTo", recurring, t("FieldURIOrConstant", t("Constant", Value="true")))
    asked.insert(1, m("Restriction", condition))
    assert [one.text for one in all_of(await exchange.call(asked), "t:Value")] == ["b"]


async def test_folders_that_hold_no_calendar_items(exchange: Exchange) -> None:
    shape = m("ItemShape", t("BaseShape", "IdOnly"))
    parents = m("ParentFolderIds", t("DistinguishedFolderId", Id="tasks"))
    answer = await exchange.call(m("FindItem", shape, parents, Traversal="Shallow"))
    assert all_of(answer, "m:RootFolder")[0].get("TotalItemsInView") == "0"
