"""A mailbox of the simulated Exchange Server, asked in EWS's own XML; Microsoft's schemas judge both directions."""

import re
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from lxml import etree

from chassis.clock import ManualClock
from simulators.exchange.domain.call import Call
from simulators.exchange.domain.events.item_methods import METHODS
from simulators.exchange.domain.world import World
from simulators.exchange.domain.xml import PREFIXES, Element, q
from tests.support.exchange_schemas import SCHEMAS

ANN = "ann@example.com"
MARKER = (
    '<t:ExtendedFieldURI PropertySetId="6a1d2b58-3f6e-4c3e-9f0b-7f2b8f3f6b7a" PropertyName="crmId"'
    ' PropertyType="String"/>'
)
_NAMESPACES = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in PREFIXES.items())


@lru_cache(maxsize=1)
def _schema() -> etree.XMLSchema | None:
    return etree.XMLSchema(etree.parse(str(SCHEMAS))) if SCHEMAS.exists() else None


def judged(element: Element) -> Element:
    """The message, which Microsoft's schemas allow (where they are at hand)."""
    schema = _schema()
    alone = etree.fromstring(etree.tostring(element))
    if schema is not None:
        schema.assertValid(alone)
    return alone


class EwsRefusal(Exception):  # noqa: N818 - the answer, not a failing test
    """An answer that refuses: `code` is its ResponseCode."""

    def __init__(self, message: Element) -> None:
        self.code = message.findtext(q("m:ResponseCode")) or ""
        super().__init__(f"{self.code}: {message.findtext(q('m:MessageText'))}")


@dataclass
class Mailbox:
    """Ann's mailbox."""

    world: World
    clock: ManualClock
    zone: str = "UTC"

    def ask(self, request: str) -> list[Element]:
        """Send a request, e.g. `<m:GetItem>…`; the response messages, refusals among them."""
        operation = re.split(r"[\s>]", request, maxsplit=1)[0].removeprefix("<m:")
        asked = judged(etree.fromstring(request.replace(operation, f"{operation} {_NAMESPACES}", 1)))
        now = self.clock.now()
        call = Call(
            world=self.world,
            account=self.world.account(ANN),
            operation=operation,
            now=now,
            request=asked,
            zone=self.zone,
        )
        answer = judged(METHODS[operation](call))
        return list(answer.iterfind(f".//{q(f'm:{operation}ResponseMessage')}"))

    def one(self, request: str) -> Element:
        """Send a request for one thing; its response message. A refusal is raised."""
        (message,) = self.ask(request)
        if message.get("ResponseClass") != "Success":
            raise EwsRefusal(message)
        return message

    def create(self, inner: str, invitations: str = "SendToNone", folder: str = "") -> Element:
        """Create an item of these properties; its ItemId."""
        saved = f"<m:SavedItemFolderId>{folder}</m:SavedItemFolderId>" if folder else ""
        items = f"<m:Items><t:CalendarItem>{inner}</t:CalendarItem></m:Items>"
        message = self.one(f'<m:CreateItem SendMeetingInvitations="{invitations}">{saved}{items}</m:CreateItem>')
        return found(message, "ItemId")

    def get(self, item: Element | str, shape: str = "AllProperties", body: str = "", extra: str = "") -> Element:
        """The `t:CalendarItem` of an ItemId, or of any other way to name it."""
        kind = f"<t:BodyType>{body}</t:BodyType>" if body else ""
        more = f"<t:AdditionalProperties>{extra}</t:AdditionalProperties>" if extra else ""
        asked = f"<m:ItemShape><t:BaseShape>{shape}</t:BaseShape>{kind}{more}</m:ItemShape>"
        return found(self.one(f"<m:GetItem>{asked}<m:ItemIds>{_named(item)}</m:ItemIds></m:GetItem>"), "CalendarItem")

    def update(
        self, item: Element | str, changes: str, conflict: str = "AutoResolve", invitations: str = "SendToNone"
    ) -> Element:
        """Change an item; its new ItemId."""
        attributes = f'ConflictResolution="{conflict}" SendMeetingInvitationsOrCancellations="{invitations}"'
        change = f"<t:ItemChange>{_named(item)}<t:Updates>{changes}</t:Updates></t:ItemChange>"
        message = self.one(f"<m:UpdateItem {attributes}><m:ItemChanges>{change}</m:ItemChanges></m:UpdateItem>")
        return found(message, "ItemId")

    def delete(self, item: Element | str, cancellations: str = "SendToNone") -> None:
        """Delete an item."""
        attributes = f'DeleteType="MoveToDeletedItems" SendMeetingCancellations="{cancellations}"'
        self.one(f"<m:DeleteItem {attributes}><m:ItemIds>{_named(item)}</m:ItemIds></m:DeleteItem>")

    def find(self, inner: str, shape: str = "<t:BaseShape>IdOnly</t:BaseShape>") -> list[Element]:
        """What FindItem answers for a view or a restriction: the items."""
        folders = '<m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds>'
        asked = f"<m:ItemShape>{shape}</m:ItemShape>{inner}{folders}"
        return list(self.one(f'<m:FindItem Traversal="Shallow">{asked}</m:FindItem>').iter(q("t:CalendarItem")))

    def folder(self, name: str) -> str:
        """A `t:FolderId` of the mailbox, by the calendar's name."""
        account = self.world.account(ANN)
        key = next(key for key, one in account.entries.items() if self.world.calendars[one.calendar].name == name)
        return f'<t:FolderId Id="{key}"/>'


def new_mailbox(clock: ManualClock) -> Mailbox:
    """A mailbox in Berlin."""
    world = World(rng=Random(7))
    world.add_account(ANN, "Ann", "Europe/Berlin")
    return Mailbox(world, clock)


def setting(path: str, inner: str) -> str:
    """A `t:SetItemField` of one property."""
    uri = path if path.startswith("<") else f'<t:FieldURI FieldURI="{path}"/>'
    return f"<t:SetItemField>{uri}<t:CalendarItem>{inner}</t:CalendarItem></t:SetItemField>"


def deleting(path: str) -> str:
    """A `t:DeleteItemField` of one property."""
    uri = path if path.startswith("<") else f'<t:FieldURI FieldURI="{path}"/>'
    return f"<t:DeleteItemField>{uri}</t:DeleteItemField>"


def extended(value: str, path: str = MARKER) -> str:
    """A `t:ExtendedProperty`."""
    return f"<t:ExtendedProperty>{path}<t:Value>{value}</t:Value></t:ExtendedProperty>"


def found(element: Element, name: str) -> Element:
    """The first element of that name below."""
    one = element.find(f".//{q(f't:{name}')}")
    assert one is not None, name
    return one


def texts(element: Element, *names: str) -> list[str | None]:
    """The texts of children."""
    return [element.findtext(q(f"t:{name}")) for name in names]


def times(start: str, end: str, zone: str = "W. Europe Standard Time", *, all_day: bool = False) -> tuple[str, str]:
    """The properties of the times in the schema's order: those that come first, and the zone that comes last."""
    day = "<t:IsAllDayEvent>true</t:IsAllDayEvent>" if all_day else ""
    zones = f'<t:StartTimeZone Id="{zone}"/><t:EndTimeZone Id="{zone}"/>' if zone else ""
    return f"<t:Start>{start}</t:Start><t:End>{end}</t:End>{day}", zones


def _named(item: Element | str) -> str:
    return item if isinstance(item, str) else f'<t:ItemId Id="{item.get("Id")}" ChangeKey="{item.get("ChangeKey")}"/>'
