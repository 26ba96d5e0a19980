"""Which folders are calendars to choose from (A5), also where a server tells no more than the schema asks of it."""

from lxml import etree

from connector.adapters.providers.ews.mailbox.calendars import Folders
from connector.adapters.providers.ews.untrusted_xml import TYPES
from connector.adapters.providers.ews.xml import Element


def folder(name: str, parent: str = "") -> Element:
    below = f'<t:ParentFolderId Id="{parent}"/>' if parent else ""
    return etree.fromstring(
        f'<t:CalendarFolder xmlns:t="{TYPES}"><t:FolderId Id="{name}"/>{below}'
        f"<t:DisplayName>{name}</t:DisplayName></t:CalendarFolder>"
    )


def names(folders: Folders) -> list[str]:
    return [one.name for one in folders.calendars("ann@example.com", "UTC")]


def test_a5_a_calendar_whose_parent_is_not_told_is_one() -> None:
    assert names(Folders({"main": folder("main")}, "main", "")) == ["main"]
    assert names(Folders({"main": folder("main")}, "main", "bin")) == ["main"]


def test_a5_what_lies_in_the_deleted_items_is_none() -> None:
    rows = {"main": folder("main", "top"), "old": folder("old", "inner"), "inner": folder("inner", "bin")}
    assert names(Folders(rows, "main", "bin")) == ["main"]
