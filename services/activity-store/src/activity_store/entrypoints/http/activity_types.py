"""/v1/activity-types: the default types and the company's own (C3). Writing needs an administrator."""

from collections.abc import Callable, Sequence
from typing import Annotated, cast

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import StringConstraints

from activity_store.domain.model.activity_types import (
    MAX_TYPES,
    ActivityTypes,
    TypeChanges,
    TypeEntry,
    key_from,
    with_type,
)
from activity_store.entrypoints.http.fields import Body, Flag, optional
from activity_store.entrypoints.http.services import IfMatch, InjectedServices, Services
from chassis.web.auth import CurrentIdentity, Identity, check_admin
from chassis.web.idempotency import IdempotencyKey
from chassis.web.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery, Page, by_id, invalid_cursor
from chassis.web.preconditions import check_if_match, etag
from chassis.web.problems import FieldError, conflict, not_found, problem_responses, unprocessable
from contracts.activity_types import ActivityType

router = APIRouter(prefix="/v1/activity-types", tags=["activity types"])

_CURSOR = by_id("activity-types")

KeyIn = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z0-9_]{1,64}$")]
LabelIn = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200)]


class TypePatch(Body):
    """Fields of a type to change; the key stays for good, since activities name it."""

    name: LabelIn = optional()
    icon_key: LabelIn | None = optional()
    color: LabelIn | None = optional()
    active: Flag = optional()

    def changes(self) -> TypeChanges:
        """Return the named fields as the domain has them."""
        return cast("TypeChanges", self.given())


class TypeCreate(TypePatch):
    """A new type; without `key_string` it is made from the name."""

    name: LabelIn
    key_string: KeyIn = optional()


class TypeOut(ActivityType):
    """An activity type."""

    version: int


@router.get("", responses=problem_responses(401, 503))
async def list_activity_types(
    caller: CurrentIdentity, services: InjectedServices, limit: LimitQuery = DEFAULT_LIMIT, cursor: CursorQuery = None
) -> Page[TypeOut]:
    """List the company's types, active or not: the defaults first, then its own in the order they were made."""
    types = (await services.collections.types_of(caller.company_id)).types
    begin = _begin(types, cursor)
    shown, more = _CURSOR.page(types[begin : begin + limit + 1], limit, lambda entry: (entry.key_string,))
    return Page(items=[_shown(entry) for entry in shown], next_cursor=more)


@router.post("", status_code=201, response_model=TypeOut, responses=problem_responses(400, 401, 403, 409, 413, 503))
async def create_activity_type(
    request: Request, caller: CurrentIdentity, services: InjectedServices, body: TypeCreate, _key: IdempotencyKey = None
) -> Response:
    """Make a type of the company's own."""
    check_admin(caller, "activity types")
    key = body.given().get("key_string") or key_from(body.name)
    if key is None:
        raise unprocessable("validation_error", "name a key_string", errors=[_no_key()])
    entry = TypeEntry.model_validate(body.given() | {"key_string": key})

    def add(types: ActivityTypes) -> ActivityTypes:
        if types.find(key) or len(types.types) >= MAX_TYPES:
            raise conflict("conflict", "the key is taken" if types.find(key) else "there are too many types")
        return with_type(types, entry, services.clock.now())

    async def create(_id: str) -> Response:
        stored = await _change(services, caller, add, key)
        headers = {"Location": f"/v1/activity-types/{key}", "ETag": etag(stored.version)}
        return JSONResponse(_shown(stored).model_dump(mode="json"), 201, headers)

    return await services.idempotency.run(request, caller, create)


@router.patch("/{key_string}", responses=problem_responses(400, 401, 403, 404, 412, 413, 503))
async def patch_activity_type(
    caller: CurrentIdentity,
    services: InjectedServices,
    key_string: str,
    body: TypePatch,
    response: Response,
    if_match: IfMatch = None,
) -> TypeOut:
    """Change a type; an inactive one stays with its activities and is offered to no new one."""
    check_admin(caller, "activity types")

    def change(types: ActivityTypes) -> ActivityTypes:
        entry = types.find(key_string)
        if entry is None:
            raise not_found("activity type")
        check_if_match(if_match, entry.version)
        wanted = entry.edited(body.changes())
        return types if wanted is entry else with_type(types, wanted, services.clock.now())

    stored = await _change(services, caller, change, key_string)
    response.headers["ETag"] = etag(stored.version)
    return _shown(stored)


async def _change(
    services: Services, caller: Identity, change: Callable[[ActivityTypes], ActivityTypes], key: str
) -> TypeEntry:
    present = await services.collections.types_of(caller.company_id)
    stored = await services.collections.types.update(present.id, lambda current: change(current or present))
    entry = stored.find(key) if stored else None
    if entry is None:
        raise not_found("activity type")
    return entry


def _shown(entry: TypeEntry) -> TypeOut:
    return TypeOut.model_validate(entry.model_dump())


def _begin(types: Sequence[TypeEntry], cursor: str | None) -> int:
    if (after := _CURSOR.decode(cursor)) is None:
        return 0
    keys = [entry.key_string for entry in types]
    if after[0] not in keys:
        raise invalid_cursor()
    return keys.index(after[0]) + 1


def _no_key() -> FieldError:
    return FieldError(field="key_string", message="is needed, since the name has no letter or digit to make it from")
