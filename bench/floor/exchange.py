"""The floor's words for Exchange Web Services: SOAP by hand, with the calls that EWS makes necessary.

Rows of a sync are ids there: what changed is read beside it, all of a page in one call. What was written is read once
more, for what Exchange made of it. A new event is looked for by its mark first, since nothing else tells a repetition.
"""

from base64 import b64encode
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape

import httpx
from lxml import etree

from bench.floor.common import Json
from bench.floor.rows import Page, Row

_PASSWORD = "sandbox"  # noqa: S105 - the simulator's own
_PAGE = 200
_T = "http://schemas.microsoft.com/exchange/services/2006/types"
_M = "http://schemas.microsoft.com/exchange/services/2006/messages"
_NAMES = {"t": _T, "m": _M}
_ENVELOPE = (
    f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="{_T}" xmlns:m="{_M}"><s:Header>'
    '<t:RequestServerVersion Version="Exchange2013_SP1"/></s:Header><s:Body>{body}</s:Body></s:Envelope>'
)
_FOLDER = '<t:DistinguishedFolderId Id="calendar"/>'
_CONTENT = ("Subject", "Start", "End", "IsAllDayEvent", "Location", "Body", "LegacyFreeBusyStatus")
"""Another version is another content: Exchange gives events new change keys by itself."""
_MARK = (
    '<t:ExtendedFieldURI PropertySetId="00020329-0000-0000-c000-000000000046" PropertyName="floor" '
    'PropertyType="String"/>'
)
_KINDS = ("CreatedEvent", "ModifiedEvent", "DeletedEvent", "MovedEvent")
OK = (
    f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><SendNotificationResult xmlns="{_M}">'
    "<SubscriptionStatus>OK</SubscriptionStatus></SendNotificationResult></s:Body></s:Envelope>"
)
"""The answer to every notification."""


class ExchangeCalendar:
    """One account's own calendar, by Basic authentication."""

    def __init__(self, http: httpx.AsyncClient, email: str) -> None:
        self._http = http
        login = b64encode(f"{email}:{_PASSWORD}".encode()).decode()
        self._headers = {"Authorization": f"Basic {login}", "Content-Type": "text/xml; charset=utf-8"}

    async def watch(self, address: str, name: str) -> None:
        """Open a push subscription."""
        kinds = "".join(f"<t:EventType>{kind}</t:EventType>" for kind in _KINDS)
        await self._call(
            f"<m:Subscribe><m:PushSubscriptionRequest><t:FolderIds>{_FOLDER}</t:FolderIds><t:EventTypes>{kinds}"
            "</t:EventTypes><t:StatusFrequency>5</t:StatusFrequency>"
            f"<t:URL>{escape(address)}?of={escape(name)}</t:URL></m:PushSubscriptionRequest></m:Subscribe>"
        )

    async def changes(self, cursor: str) -> AsyncIterator[Page]:
        """Yield the pages of the sync, each with its items read."""
        last = False
        while not last:
            answer = await self._call(
                "<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>"
                f"<m:SyncFolderId>{_FOLDER}</m:SyncFolderId>{f'<m:SyncState>{cursor}</m:SyncState>' if cursor else ''}"
                f"<m:MaxChangesReturned>{_PAGE}</m:MaxChangesReturned></m:SyncFolderItems>"
            )
            cursor = _text(answer, "m:SyncState")
            last = _text(answer, "m:IncludesLastItemInRange") == "true"
            live = [one for kind in ("Create", "Update") for one in answer.iterfind(f".//t:{kind}//t:ItemId", _NAMES)]
            yield Page(await self._read([one.get("Id", "") for one in live]), cursor if last else "")

    async def create(self, fields: Json) -> Row:
        """Look for an event, create it, and read it."""
        await self._call(
            '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>'
            f"<m:Restriction><t:IsEqualTo>{_MARK}<t:FieldURIOrConstant>"
            '<t:Constant Value="none"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction>'
            f"<m:ParentFolderIds>{_FOLDER}</m:ParentFolderIds></m:FindItem>"
        )
        content = "".join(_element(name, fields) for name in ("Subject", "Body", "Start", "End", "Location"))
        answer = await self._call(
            '<m:CreateItem SendMeetingInvitations="SendToNone"><m:SavedItemFolderId>'
            f"{_FOLDER}</m:SavedItemFolderId><m:Items><t:CalendarItem>{content}</t:CalendarItem></m:Items></m:CreateItem>"
        )
        return await self._row(answer)

    async def update(self, event_id: str, fields: Json) -> Row:
        """Change an event, and read it."""
        names = [name for name in ("Subject", "Body", "Start", "End", "Location") if _element(name, fields)]
        changes = "".join(
            f"<t:SetItemField>{_field(name)}<t:CalendarItem>{_element(name, fields)}</t:CalendarItem></t:SetItemField>"
            for name in names
        )
        answer = await self._call(
            '<m:UpdateItem ConflictResolution="AlwaysOverwrite" SendMeetingInvitationsOrCancellations="SendToNone">'
            f'<m:ItemChanges><t:ItemChange><t:ItemId Id="{escape(event_id)}"/><t:Updates>{changes}</t:Updates>'
            "</t:ItemChange></m:ItemChanges></m:UpdateItem>"
        )
        return await self._row(answer)

    async def _row(self, written: etree._Element) -> Row:
        return (await self._read([_found(written, "t:ItemId").get("Id", "")]))[0]

    async def _read(self, ids: Sequence[str]) -> list[Row]:
        if not ids:
            return []
        wanted = "".join(f'<t:ItemId Id="{escape(one)}"/>' for one in ids)
        shape = "".join(map(_field, _CONTENT))
        answer = await self._call(
            "<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>"
            f"{shape}</t:AdditionalProperties></m:ItemShape><m:ItemIds>{wanted}</m:ItemIds></m:GetItem>"
        )
        return list(_rows(answer))

    async def _call(self, body: str) -> etree._Element:
        content = _ENVELOPE.replace("{body}", body).encode()
        answer = await self._http.post("/EWS/Exchange.asmx", content=content, headers=self._headers)
        answer.raise_for_status()
        return etree.fromstring(answer.content, etree.XMLParser(resolve_entities=False, no_network=True))


def rung(body: Json) -> Sequence[str]:
    """Return the name of the subscription that rings; a sign of life tells of no change."""
    return [body["query"]["of"]] if any(f"{kind}>" in body["text"] for kind in _KINDS) else []


def _field(name: str) -> str:
    return f'<t:FieldURI FieldURI="{"item" if name in {"Subject", "Body"} else "calendar"}:{name}"/>'


def _element(name: str, fields: Json) -> str:
    key = {"Subject": "summary", "Body": "description"}.get(name, name.lower())
    if key not in fields:
        return ""
    value = fields[key]
    if name in {"Start", "End"}:
        value = f"{datetime.fromisoformat(value['dateTime']).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    kind = ' BodyType="HTML"' if name == "Body" else ""
    return f"<t:{name}{kind}>{escape(value)}</t:{name}>"


def _rows(answer: etree._Element) -> Iterator[Row]:
    for item in answer.iterfind(".//t:CalendarItem", _NAMES):
        shown = {name: item.findtext(f"t:{name}", "", _NAMES) for name in _CONTENT}
        yield Row(_found(item, "t:ItemId").get("Id", ""), "|".join(shown.values()), shown["Subject"])


def _found(answer: etree._Element, name: str) -> etree._Element:
    found = answer.find(f".//{name}", _NAMES)
    if found is None:
        raise ValueError(f"Exchange refused: {etree.tostring(answer, encoding='unicode')[:500]}")
    return found


def _text(answer: etree._Element, name: str) -> str:
    return _found(answer, name).text or ""
