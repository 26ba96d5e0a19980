"""/v1/linked-items: the read model of what activities refer to, written by the company's own systems (G1).

Only an administrator writes: whoever could create the unknown deal that an activity refers to would open the activity
by that. Who sees an item, and an administrator, may read it.
"""

from typing import Annotated, Self

from fastapi import APIRouter, BackgroundTasks, Path, Response
from pydantic import BaseModel, Field

from activity_store.domain.model.linked_items import (
    LinkedItem,
    is_item_visible,
    item_id_of,
    rewritten,
    with_person_emails,
)
from activity_store.entrypoints.http.fields import ID_LENGTH, Body, EmailIn, IdIn, NameIn, TextIn
from activity_store.entrypoints.http.services import IfMatch, InjectedServices
from chassis.web.auth import CurrentIdentity, check_admin
from chassis.web.preconditions import check_if_match, etag
from chassis.web.problems import not_found, problem_responses
from contracts.activities import ItemVisibility, LinkedItemKind

router = APIRouter(prefix="/v1/linked-items", tags=["linked items"])

IdPath = Annotated[str, Path(min_length=1, max_length=ID_LENGTH)]


class LinkedItemIn(Body):
    """An item as the CRM has it now; what is left out is empty."""

    name: NameIn
    emails: Annotated[tuple[EmailIn, ...], Field(max_length=50)] = ()
    phones: Annotated[tuple[TextIn, ...], Field(max_length=50)] = ()
    value: Annotated[float, Field(strict=True, allow_inf_nan=False)] | None = None
    currency: TextIn | None = None
    visible_to: ItemVisibility = "everyone"
    owner_id: IdIn | None = None
    group_id: IdIn | None = None


class LinkedItemOut(BaseModel):
    """A linked item."""

    kind: LinkedItemKind
    id: str
    name: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    value: float | None
    currency: str | None
    visible_to: ItemVisibility
    owner_id: str | None
    group_id: str | None
    version: int

    @classmethod
    def of(cls, item: LinkedItem) -> Self:
        """Return the stored item as HTTP shows it."""
        return cls.model_validate(item.model_dump() | {"id": item.item_id, "version": item.revision})


@router.put(
    "/{kind}/{item_id}", responses=problem_responses(400, 401, 403, 412, 413, 503) | {201: {"model": LinkedItemOut}}
)
async def put_linked_item(  # noqa: PLR0913, PLR0917 - FastAPI's injected parts
    caller: CurrentIdentity,
    services: InjectedServices,
    kind: LinkedItemKind,
    item_id: IdPath,
    body: LinkedItemIn,
    response: Response,
    background: BackgroundTasks,
    if_match: IfMatch = None,
) -> LinkedItemOut:
    """Write what an item is now; 201 the first time. Activities that refer to it are published anew (F4)."""
    check_admin(caller, "linked items")
    identity = {
        "id": item_id_of(caller.company_id, kind, item_id),
        "company_id": caller.company_id,
        "kind": kind,
        "item_id": item_id,
    }
    wanted = with_person_emails(LinkedItem.model_validate(body.model_dump() | identity))
    created = False

    def write(current: LinkedItem | None) -> LinkedItem:
        nonlocal created
        check_if_match(if_match, current.revision if current else 0)
        created = current is None or current.deleted
        return rewritten(current, wanted)

    stored = await services.collections.items.update(wanted.id, write) or wanted
    background.add_task(services.republisher.republish, stored.id)
    response.status_code = 201 if created else 200
    response.headers["ETag"] = etag(stored.revision)
    return LinkedItemOut.of(stored)


@router.get("/{kind}/{item_id}", responses=problem_responses(401, 404, 503))
async def get_linked_item(
    caller: CurrentIdentity, services: InjectedServices, kind: LinkedItemKind, item_id: IdPath, response: Response
) -> LinkedItemOut:
    """Return an item that the caller sees; an administrator sees all."""
    item = await services.collections.items.get(item_id_of(caller.company_id, kind, item_id))
    viewer = await services.collections.viewer(caller.company_id, caller.user_id)
    if item is None or item.deleted or not (caller.is_admin or is_item_visible(item, viewer)):
        raise not_found("linked item")
    response.headers["ETag"] = etag(item.revision)
    return LinkedItemOut.of(item)


@router.delete("/{kind}/{item_id}", status_code=204, responses=problem_responses(401, 403, 404, 412, 503))
async def delete_linked_item(
    caller: CurrentIdentity,
    services: InjectedServices,
    kind: LinkedItemKind,
    item_id: IdPath,
    background: BackgroundTasks,
    if_match: IfMatch = None,
) -> None:
    """Forget an item: from now on it counts as hidden (G1)."""
    check_admin(caller, "linked items")
    document_id = item_id_of(caller.company_id, kind, item_id)

    def write(current: LinkedItem | None) -> LinkedItem:
        if current is None or current.deleted:
            raise not_found("linked item")
        check_if_match(if_match, current.revision)
        return rewritten(current, current.forgotten())

    await services.collections.items.update(document_id, write)
    background.add_task(services.republisher.republish, document_id)
