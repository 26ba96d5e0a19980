"""The requests of every operation that is used, by the schemas of Exchange 2016."""

from collections.abc import Iterable
from datetime import UTC, datetime

from connector.adapters.providers.ews.events.bodies import join_path
from connector.adapters.providers.ews.events.marker import activity_path, paths
from connector.adapters.providers.ews.events.writing import Property, updates
from connector.adapters.providers.ews.xml import Element, m, t

NEVER, ALWAYS = "NeverOverwrite", "AlwaysOverwrite"
"""What becomes of a change to another version than the named one."""
_SHOWN = (
    "item:Subject",
    "item:Sensitivity",
    "item:Body",
    "item:DateTimeCreated",
    "item:LastModifiedTime",
    "item:WebClientReadFormQueryString",
    "calendar:UID",
    "calendar:Start",
    "calendar:End",
    "calendar:IsAllDayEvent",
    "calendar:LegacyFreeBusyStatus",
    "calendar:Location",
    "calendar:IsCancelled",
    "calendar:CalendarItemType",
    "calendar:MyResponseType",
    "calendar:Organizer",
    "calendar:RequiredAttendees",
    "calendar:OptionalAttendees",
    "calendar:Resources",
    "calendar:AppointmentState",
    "calendar:Recurrence",
    "calendar:ModifiedOccurrences",
    "calendar:DeletedOccurrences",
    "calendar:StartTimeZone",
    "calendar:EndTimeZone",
    "calendar:JoinOnlineMeetingUrl",
    "calendar:IsOrganizer",
)
_HINTED = ("calendar:End", "calendar:CalendarItemType")
"""What a row of changes tells beside its id, so that what is over need not be read."""
_OF_FOLDERS = ("folder:ParentFolderId", "folder:FolderClass", "folder:DisplayName", "folder:EffectiveRights")
_EVENTS = ("CopiedEvent", "CreatedEvent", "DeletedEvent", "ModifiedEvent", "MovedEvent")
_MAILED, _UNMAILED = "SendToAllAndSaveCopy", "SendToNone"


def item_id(event_id: str, change_key: str = "") -> Element:
    """Return the id of an item; with its change key, that version of it."""
    return t("ItemId", Id=event_id, **({"ChangeKey": change_key} if change_key else {}))


def master_of(occurrence_id: str) -> Element:
    """Return the id of the master of an occurrence, by Exchange's own id of the latter."""
    return t("RecurringMasterItemId", OccurrenceId=occurrence_id)


def folder_id(calendar_id: str) -> Element:
    """Return the id of a folder."""
    return t("FolderId", Id=calendar_id)


def distinguished(name: str, email: str) -> Element:
    """Return the id of a folder that every mailbox has."""
    return t("DistinguishedFolderId", t("Mailbox", t("EmailAddress", email)), Id=name)


def get_folder(*folders: Element) -> Element:
    """Return the request for what folders are."""
    return m("GetFolder", _folder_shape(), m("FolderIds", folders))


def find_folders(below: Element, offset: int, size: int) -> Element:
    """Return the request for a page of all folders below one."""
    page = m("IndexedPageFolderView", MaxEntriesReturned=str(size), Offset=str(offset), BasePoint="Beginning")
    return m("FindFolder", _folder_shape(), page, m("ParentFolderIds", below), Traversal="Deep")


def sync(calendar_id: str, state: str | None, size: int) -> Element:
    """Return the request for what changed in a folder after a state."""
    known = [m("SyncState", state)] if state else []
    shape = _shape(_HINTED, ())
    return m(
        "SyncFolderItems", shape, m("SyncFolderId", folder_id(calendar_id)), *known, m("MaxChangesReturned", str(size))
    )


def get_items(ids: Iterable[Element]) -> Element:
    """Return the request for items with all that is looked at; bodies as they are stored, text or HTML."""
    return m("GetItem", _shape(_SHOWN, [*paths(), join_path()], t("BodyType", "Best")), m("ItemIds", ids))


def get_property(item: Element, tag: str, kind: str) -> Element:
    """Return the request for one MAPI property of an item, whole: a list cuts it."""
    path = t("ExtendedFieldURI", PropertyTag=tag, PropertyType=kind)
    return m("GetItem", _shape((), (path,)), m("ItemIds", item))


def find_marked(calendar_id: str, activity_id: str, offset: int, size: int) -> Element:
    """Return the request for the events that bear an activity's mark."""
    constant = t("FieldURIOrConstant", t("Constant", Value=activity_id))
    wanted = m("Restriction", t("IsEqualTo", activity_path(), constant))
    return _find(calendar_id, _shape((), paths()), _page(offset, size), wanted)


def find_associated(folder: Element, item_class: str) -> Element:
    """Return the request for what a folder keeps of its settings, by its class."""
    constant = t("FieldURIOrConstant", t("Constant", Value=item_class))
    wanted = m("Restriction", t("IsEqualTo", t("FieldURI", FieldURI="item:ItemClass"), constant))
    shape = _shape(("item:ItemClass",), ())
    return m("FindItem", shape, _page(0, 1), wanted, m("ParentFolderIds", folder), Traversal="Associated")


def find_between(calendar_id: str, start: datetime, end: datetime, most: int = 200) -> Element:
    """Return the request for what a calendar shows between two moments, occurrences of series among it."""
    view = m("CalendarView", MaxEntriesReturned=str(most), StartDate=_utc(start), EndDate=_utc(end))
    return _find(calendar_id, _shape(("calendar:UID", "calendar:Start", "calendar:CalendarItemType"), ()), view)


def create(calendar_id: str, item: Element, *, invite: bool) -> Element:
    """Return the request that creates an event."""
    mail = _MAILED if invite else _UNMAILED
    folder = m("SavedItemFolderId", folder_id(calendar_id))
    return m("CreateItem", folder, m("Items", item), SendMeetingInvitations=mail)


def update(item: Element, found: list[Property], *, invite: bool, conflict: str) -> Element:
    """Return the request that changes properties of an event."""
    change = t("ItemChange", item, updates(found))
    return m(
        "UpdateItem",
        m("ItemChanges", change),
        ConflictResolution=conflict,
        SendMeetingInvitationsOrCancellations=_MAILED if invite else _UNMAILED,
    )


def delete(item: Element, *, invite: bool) -> Element:
    """Return the request that deletes an event, as a person does: it lies among the deleted items for a while."""
    mail = _MAILED if invite else _UNMAILED
    return m("DeleteItem", m("ItemIds", item), DeleteType="MoveToDeletedItems", SendMeetingCancellations=mail)


def resolve(address: str) -> Element:
    """Return the request for who has an address: all of it, not only its begin."""
    return m("ResolveNames", m("UnresolvedEntry", f"smtp:{address}"), ReturnFullContactData="false")


def subscribe(calendar_id: str, url: str, minutes: int) -> Element:
    """Return the request for a push subscription: without a watermark, since all that was before is read anyway."""
    wanted = (
        t("FolderIds", folder_id(calendar_id)),
        t("EventTypes", [t("EventType", one) for one in _EVENTS]),
        t("StatusFrequency", str(minutes)),
        t("URL", url),
    )
    return m("Subscribe", m("PushSubscriptionRequest", *wanted))


def _folder_shape() -> Element:
    return m("FolderShape", t("BaseShape", "IdOnly"), t("AdditionalProperties", [_uri(one) for one in _OF_FOLDERS]))


def _shape(named: Iterable[str], extended: Iterable[Element], *more: Element) -> Element:
    added = [*map(_uri, named), *extended]
    return m("ItemShape", t("BaseShape", "IdOnly"), *more, t("AdditionalProperties", added))


def _find(calendar_id: str, *parts: Element) -> Element:
    return m("FindItem", *parts, m("ParentFolderIds", folder_id(calendar_id)), Traversal="Shallow")


def _page(offset: int, size: int) -> Element:
    return m("IndexedPageItemView", MaxEntriesReturned=str(size), Offset=str(offset), BasePoint="Beginning")


def _uri(name: str) -> Element:
    return t("FieldURI", FieldURI=name)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
