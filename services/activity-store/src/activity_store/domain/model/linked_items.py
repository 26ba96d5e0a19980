"""The read model of deals, leads, persons and organizations: names, addresses, and who may see them (G1)."""

from typing import Self

from pydantic import BaseModel, ConfigDict

from activity_store.domain.model.ids import scoped
from chassis.persistence.document import Document
from contracts.activities import ItemVisibility, LinkedItemKind, LinkedItemSummary


class LinkedItem(Document):
    """One linked item as the CRM wrote it last."""

    company_id: str
    kind: LinkedItemKind
    item_id: str
    revision: int = 1
    """The public version: unlike the document's own it does not count bookkeeping."""

    deleted: bool = False
    name: str
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    value: float | None = None
    currency: str | None = None
    visible_to: ItemVisibility = "everyone"
    owner_id: str | None = None
    group_id: str | None = None
    renewal_owed: bool = False
    """Whether the activities that refer to it still have to be published anew (F4)."""

    person_emails: tuple[str, ...] = ()
    """Normalized addresses of a person, for matching guests (F5); empty for every other kind."""

    def forgotten(self) -> Self:
        """Return the item as deleted: it matches no guest and counts as hidden (G1)."""
        return self.model_copy(update={"deleted": True, "person_emails": ()})

    def republished(self) -> Self:
        """Return the item with nothing left to publish for it."""
        return self.model_copy(update={"renewal_owed": False})


_WRITTEN_FIELDS = (
    "deleted",
    "name",
    "emails",
    "phones",
    "value",
    "currency",
    "visible_to",
    "owner_id",
    "group_id",
    "person_emails",
)


class Viewer(BaseModel):
    """A user of the company who looks at activities, and the group he is in."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    group_id: str | None = None


def item_id_of(company_id: str, kind: LinkedItemKind, item_id: str) -> str:
    """Return the document id of a linked item."""
    return scoped(company_id, kind, item_id)


def normalized_email(email: str) -> str:
    """Return an e-mail address as it is compared: without case and surrounding blanks."""
    return email.strip().casefold()


def with_person_emails(item: LinkedItem) -> LinkedItem:
    """Return the item with the addresses that guests are matched by."""
    addresses = tuple(dict.fromkeys(normalized_email(email) for email in item.emails)) if item.kind == "person" else ()
    return item.model_copy(update={"person_emails": addresses})


def rewritten(current: LinkedItem | None, wanted: LinkedItem) -> LinkedItem:
    """Return what is stored when an item is written again; equal values make no new version.

    The activities that refer to it are published anew where their summary of it changes, or it becomes known or
    unknown.
    """
    if current is None:
        return wanted.model_copy(update={"renewal_owed": True})
    values = {name: getattr(wanted, name) for name in _WRITTEN_FIELDS}
    if values == {name: getattr(current, name) for name in _WRITTEN_FIELDS}:
        return current
    changed = current.model_copy(update=values | {"revision": current.revision + 1})
    differs = summary_of(changed) != summary_of(current) or changed.deleted != current.deleted
    return changed.model_copy(update={"renewal_owed": current.renewal_owed or differs})


def is_item_visible(item: LinkedItem, viewer: Viewer) -> bool:
    """Whether a user sees a linked item; its owner always does, an administrator by the same rule (G1)."""
    if item.visible_to == "everyone" or item.owner_id == viewer.user_id:
        return True
    return item.visible_to == "group" and viewer.group_id is not None and item.group_id == viewer.group_id


def summary_of(item: LinkedItem) -> LinkedItemSummary:
    """Return what messages hold of a linked item."""
    return LinkedItemSummary(
        kind=item.kind,
        id=item.item_id,
        name=item.name,
        emails=item.emails,
        phones=item.phones,
        value=item.value,
        currency=item.currency,
        visible_to=item.visible_to,
        owner_id=item.owner_id,
        group_id=item.group_id,
    )
