"""The read model of deals, leads, persons and organizations: names, addresses, and who may see them (G1)."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from activity_store.domain.model.ids import scoped
from activity_store.domain.rules.attendees import folded
from chassis.persistence.document import Document
from contracts.activities import LinkedItemKind, LinkedItemSummary


class LinkedItem(Document):
    """One linked item as the CRM told it."""

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
    visible_to: Literal["everyone", "owner", "group"] = "everyone"
    owner_id: str | None = None
    group_id: str | None = None
    renewal_owed: bool = False
    """Whether activities that refer to it still have to be told of its change (F4)."""

    person_emails: tuple[str, ...] = ()
    """Folded addresses of a person, for matching guests (F5); empty for every other kind."""


_TOLD_FIELDS = (
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
    """Somebody who looks: a user of the company and the group he is in."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    group_id: str | None = None


def item_id_of(company_id: str, kind: LinkedItemKind, item_id: str) -> str:
    """Return the document id of a linked item."""
    return scoped(company_id, kind, item_id)


def with_person_emails(item: LinkedItem) -> LinkedItem:
    """Return the item with the addresses that guests are matched by."""
    addresses = tuple(dict.fromkeys(folded(email) for email in item.emails)) if item.kind == "person" else ()
    return item.model_copy(update={"person_emails": addresses})


def rewritten(current: LinkedItem | None, wanted: LinkedItem) -> LinkedItem:
    """Return what is stored when an item is told anew; what nobody changed makes no new version.

    Activities that refer to it are owed a renewal where their summary of it changes, or it becomes known or unknown.
    """
    if current is None:
        return wanted.model_copy(update={"renewal_owed": True})
    told = {name: getattr(wanted, name) for name in _TOLD_FIELDS}
    if told == {name: getattr(current, name) for name in _TOLD_FIELDS}:
        return current
    changed = current.model_copy(update=told | {"revision": current.revision + 1})
    news = summary_of(changed) != summary_of(current) or changed.deleted != current.deleted
    return changed.model_copy(update={"renewal_owed": current.renewal_owed or news})


def is_item_visible(item: LinkedItem, viewer: Viewer) -> bool:
    """Whether a user sees a linked item; its owner always does, an administrator by the same rule (G1)."""
    if item.visible_to == "everyone" or item.owner_id == viewer.user_id:
        return True
    return item.visible_to == "group" and viewer.group_id is not None and item.group_id == viewer.group_id


def summary_of(item: LinkedItem) -> LinkedItemSummary:
    """Return what messages tell of a linked item."""
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
