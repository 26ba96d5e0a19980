"""How a stored item looks in an answer: ids, zone, body and rights as the caller's headers ask for them."""

from dataclasses import dataclass
from typing import Any

from simulators.frame.store import bodies, ids
from simulators.frame.store.calendar import Item
from simulators.frame.store.identity import change_key, etag, kind, uid
from simulators.microsoft.domain import times

Json = dict[str, Any]

TYPE = "#microsoft.graph.event"
_MASKED: Json = {"subject": "Private appointment", "attendees": [], "locations": [], "categories": []}
_HIDDEN = frozenset({"private", "confidential"})


@dataclass(frozen=True, slots=True)
class View:
    """What the caller may see, and how he asked for it (`Prefer`).

    `mailbox`: through which another's calendar is seen: its events have other ids there.
    """

    zone: str = "UTC"
    immutable: bool = False
    text: bool = False
    sees_private: bool = True
    zone_quirk: str | None = None
    unknown_enum: bool = False
    mailbox: str = ""

    def id(self, item: Item) -> str:
        """The item's id."""
        return self._id(item, item.day)

    def _id(self, item: Item, day: str | None) -> str:
        ref = ids.Ref(ids.seen_from(self.mailbox, item.master or item.key), day)
        return ids.item_id(ref, item.folder, immutable=self.immutable)

    def bare(self, item: Item) -> Json:
        """An occurrence in a delta: next to nothing."""
        return {
            "@odata.type": TYPE,
            "@odata.etag": etag(item),
            "id": self.id(item),
            "seriesMasterId": self._id(item, None),
            "type": "occurrence",
            **self._times(item),
        }

    def sparse(self, item: Item) -> Json:
        """A row of the sparse kind of `events/delta`."""
        return {"@odata.type": TYPE, "id": self.id(item), "type": kind(item), **self._times(item)}

    def removed(self, item: Item) -> Json:
        """The row of what is gone, or of what left the window."""
        return {"@odata.type": TYPE, "id": self.id(item), "@removed": {"reason": "deleted"}}

    def full(self, item: Item) -> Json:
        """The event resource without what only `$select` and `$expand` bring."""
        masked = _MASKED if item.fields["sensitivity"] in _HIDDEN and not self.sees_private else {}
        content = "" if masked else item.body
        fields = {**item.fields, **masked}
        shown = {
            "@odata.etag": etag(item),
            "id": self.id(item),
            "createdDateTime": item.created,
            "lastModifiedDateTime": item.modified,
            "changeKey": change_key(item),
            "transactionId": item.transaction,
            "originalStartTimeZone": self.zone_quirk or item.start.given,
            "originalEndTimeZone": self.zone_quirk or item.end.given,
            "iCalUId": uid(item, item.day),
            "uid": uid(item, None),
            "hasAttachments": False,
            "isDraft": False,
            "webLink": f"https://outlook.office365.com/owa/?itemid={self.id(item)}&exvsurl=1&path=/calendar/item",
            "onlineMeetingUrl": None,
            "onlineMeeting": None,
            "type": kind(item),
            "seriesMasterId": self._id(item, None) if item.master else None,
            "occurrenceId": ids.occurrence_name(self._id(item, None), item.day) if item.day else None,
            "recurrence": item.recurrence,
            "bodyPreview": bodies.preview(content),
            "body": bodies.shown(content, text=self.text),
            **fields,
            **self._times(item),
        }
        if self.unknown_enum:
            shown["showAs"] = "unknown"
        return shown | ({"originalStart": item.original} if item.original else {})

    def cancelled(self, item: Item) -> list[str]:
        """`cancelledOccurrences`: shown only where `$select` names it."""
        return [ids.occurrence_name(self._id(item, None), day) for day in item.cancelled]

    def _times(self, item: Item) -> Json:
        all_day = bool(item.fields["isAllDay"])
        return {name: times.shown(getattr(item, name), self.zone, all_day=all_day) for name in ("start", "end")}
