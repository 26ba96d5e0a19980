"""GetFolder and FindFolder: the folders of a mailbox, in the shapes that are asked for."""

from copy import deepcopy

import pytest

from simulators.exchange.domain.xml import Element, children, local, m, t, text
from tests.contract.exchange_simulator.driver import EwsFailure, Exchange, all_of
from tests.support.simulator_driver import ANN


def shape(base: str, *uris: str) -> Element:
    more = t("AdditionalProperties", [t("FieldURI", FieldURI=uri) for uri in uris]) if uris else None
    return m("FolderShape", t("BaseShape", base), more)


async def get(exchange: Exchange, *targets: Element, base: str = "AllProperties") -> list[Element]:
    return all_of(await exchange.call(m("GetFolder", shape(base), m("FolderIds", list(targets)))), "m:Folders")


async def find(exchange: Exchange, *more: Element, parent: str = "msgfolderroot", deep: bool = True) -> Element:
    wanted = shape("Default", "folder:FolderClass", "folder:ParentFolderId")
    parents = m("ParentFolderIds", t("DistinguishedFolderId", Id=parent))
    asked = m("FindFolder", wanted, list(more), parents, Traversal="Deep" if deep else "Shallow")
    return all_of(await exchange.call(asked), "m:RootFolder")[0]


def names(found: Element) -> list[str]:
    return [one.text or "" for one in all_of(found, "t:DisplayName")]


async def test_the_calendar_by_its_distinguished_name_and_by_its_id(exchange: Exchange) -> None:
    (found,) = await get(exchange, t("DistinguishedFolderId", Id="calendar"))
    (folder,) = children(found)
    assert local(folder) == "CalendarFolder"
    assert (text(folder, "t:FolderClass"), text(folder, "t:DisplayName")) == ("IPF.Appointment", "Calendar")
    rights = {local(one): one.text for one in children(all_of(folder, "t:EffectiveRights")[0])}
    assert rights["Modify"] == rights["Read"] == "true"
    named = all_of(folder, "t:FolderId")[0]
    (again,) = await get(exchange, t("FolderId", Id=named.get("Id")), base="IdOnly")
    assert all_of(again, "t:FolderId")[0].attrib == named.attrib
    assert all_of(again, "t:DisplayName") == []


async def test_a_calendar_that_is_only_readable(exchange: Exchange) -> None:
    made = await exchange.control("POST", f"/accounts/{ANN}/calendars", {"summary": "Holidays", "role": "reader"})
    (found,) = await get(exchange, t("FolderId", Id=made["id"]))
    assert {local(one): one.text for one in children(all_of(found, "t:EffectiveRights")[0])}["Modify"] == "false"


async def test_each_folder_has_a_result_of_its_own(exchange: Exchange) -> None:
    targets = (t("DistinguishedFolderId", Id=name) for name in ("root", "journal", "inbox"))
    asked = m("GetFolder", shape("IdOnly"), m("FolderIds", list(targets)))
    answer = await exchange.raw(asked)
    assert answer.status_code == 200
    with pytest.raises(EwsFailure) as error:
        await exchange.call(asked)
    assert error.value.refusal == (200, "ErrorFolderNotFound")
    assert answer.text.count('ResponseClass="Success"') == 2


async def test_all_calendars_below_the_top(exchange: Exchange) -> None:
    await exchange.control("POST", f"/accounts/{ANN}/calendars", {"summary": "Team"})
    condition = t(
        "IsEqualTo",
        t("FieldURI", FieldURI="folder:FolderClass"),
        t("FieldURIOrConstant", t("Constant", Value="IPF.Appointment")),
    )
    assert names(await find(exchange, m("Restriction", condition))) == ["Calendar", "Projects", "Team"]
    assert "Inbox" in names(await find(exchange, deep=False))
    assert names(await find(exchange, parent="calendar")) == ["Projects", "Team"]


async def test_folders_page_by_page(exchange: Exchange) -> None:
    view = m("IndexedPageFolderView", MaxEntriesReturned=3, Offset=0, BasePoint="Beginning")
    first = await find(exchange, view)
    assert (first.get("IncludesLastItemInRange"), first.get("IndexedPagingOffset")) == ("false", "3")
    view = m("IndexedPageFolderView", MaxEntriesReturned=30, Offset=3, BasePoint="Beginning")
    rest = await find(exchange, view)
    assert rest.get("IncludesLastItemInRange") == "true"
    assert len(names(first)) + len(names(rest)) == int(first.get("TotalItemsInView", "0"))


async def test_a_query_over_what_cannot_be_queried(exchange: Exchange) -> None:
    condition = t("Exists", t("FieldURI", FieldURI="folder:TotalCount"))
    with pytest.raises(EwsFailure) as error:
        await find(exchange, m("Restriction", condition))
    assert error.value.refusal == (200, "ErrorUnsupportedPathForQuery")


async def test_anothers_mailbox(exchange: Exchange) -> None:
    await exchange.control("POST", "/accounts", {"email": "bob@example.com"})
    for address, code in (("bob@example.com", "ErrorAccessDenied"), ("eve@example.com", "ErrorNonExistentMailbox")):
        target = t("DistinguishedFolderId", t("Mailbox", t("EmailAddress", address)), Id="calendar")
        shown = m("ItemShape", t("BaseShape", "IdOnly"))
        items = m("FindItem", shown, m("ParentFolderIds", deepcopy(target)), Traversal="Shallow")
        for asked in (get(exchange, target), exchange.call(items)):
            with pytest.raises(EwsFailure) as error:
                await asked
            assert error.value.refusal == (200, code)


async def test_the_properties_of_other_clients(exchange: Exchange) -> None:
    """DavMail asks for container classes by the tags of MAPI, and searches by them."""
    path = t("ExtendedFieldURI", PropertyTag="0x3613", PropertyType="String")
    wanted = m("FolderShape", t("BaseShape", "IdOnly"), t("AdditionalProperties", path))
    asked = m("GetFolder", wanted, m("FolderIds", t("DistinguishedFolderId", Id="calendar")))
    assert [one.text for one in all_of(await exchange.call(asked), "t:Value")] == ["IPF.Appointment"]
    condition = t(
        "IsEqualTo",
        t("ExtendedFieldURI", PropertyTag="0x3613", PropertyType="String"),
        t("FieldURIOrConstant", t("Constant", Value="IPF.Task")),
    )
    assert names(await find(exchange, m("Restriction", condition))) == ["Tasks"]
