"""`/v1/admin` of the connector: what operators, and administrators of their own company, do with connections.

`tandem`, the operators' command line, is made of these calls. Every one of them is written down (`audit`).
"""

from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from chassis.web.auth import CurrentIdentity
from chassis.web.operators import audit, check_operator, company_in_charge
from chassis.web.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery, Page, by_id
from chassis.web.problems import FieldError, not_found, problem_responses, unprocessable
from connector.adapters.collections import ErasureRecord
from connector.entrypoints.http.requests import NoFields
from connector.entrypoints.http.responses import json_answer
from connector.entrypoints.http.services import InjectedServices
from connector.entrypoints.http.views import OverseenView, overseen_view

router = APIRouter(prefix="/v1/admin", tags=["admin"])

_CONNECTIONS = by_id("admin-connections")
_CREDENTIALS = by_id("credentials")
_ROTATED_AT_ONCE = 200

IdQuery = Annotated[str | None, Query(min_length=1, max_length=200)]


@router.get("/connections", responses=problem_responses(401, 403, 422))
async def list_connections(
    identity: CurrentIdentity,
    services: InjectedServices,
    company_id: IdQuery = None,
    user_id: IdQuery = None,
    limit: LimitQuery = DEFAULT_LIMIT,
    cursor: CursorQuery = None,
) -> Page[OverseenView]:
    """List how connections stand: an operator's all, an administrator's those of his company."""
    company = company_in_charge(identity, company_id)
    where = {name: value for name, value in (("company_id", company), ("user_id", user_id)) if value is not None}
    found = await services.connections.all_of(where, limit + 1, _CONNECTIONS.decode(cursor))
    shown, more = _CONNECTIONS.page(found, limit, lambda connection: (connection.id,))
    audit(identity, "connections", company=company, user=user_id)
    now = services.clock.now()
    return Page(items=[overseen_view(one, now, services.policy) for one in shown], next_cursor=more)


@router.get("/connections/{connection_id}", response_model=OverseenView, responses=problem_responses(401, 403, 404))
async def get_connection(connection_id: str, identity: CurrentIdentity, services: InjectedServices) -> Response:
    """Return how one connection stands."""
    connection = await services.connections.in_charge(identity, connection_id)
    audit(identity, "connection", connection=connection_id)
    return json_answer(overseen_view(connection, services.clock.now(), services.policy), connection)


@router.post(
    "/connections/{connection_id}/resync",
    status_code=202,
    response_model=OverseenView,
    responses=problem_responses(401, 403, 404, 409, 422),
)
async def resync(
    connection_id: str, identity: CurrentIdentity, services: InjectedServices, _body: NoFields | None = None
) -> Response:
    """Read both sides of a connection anew and merge (K4)."""
    connection = await services.connections.in_charge(identity, connection_id)
    audit(identity, "resync", connection=connection_id)
    begun = await services.connections.resync(connection)
    return json_answer(overseen_view(begun, services.clock.now(), services.policy), begun, 202)


class EventView(BaseModel):
    """An event that is in the calendar now, by its id and the hash of its content."""

    event_id: str
    hash: str


class InspectionView(BaseModel):
    """All events of the window; `absent`: published ones that are not there."""

    items: list[EventView]
    absent: list[str]
    read_at: AwareDatetime
    next_cursor: None = None


@router.get("/connections/{connection_id}/events", responses=problem_responses(401, 403, 404, 409))
async def list_events(connection_id: str, identity: CurrentIdentity, services: InjectedServices) -> InspectionView:
    """Read the calendar at its provider and say what is there, without content; operators only.

    It changes nothing. The calendar's whole window is read: that costs the provider's quota as much as a resync.
    """
    check_operator(identity)
    connection = await services.connections.in_charge(identity, connection_id)
    audit(identity, "inspect", connection=connection_id)
    found = await services.connections.inspected(connection)
    items = [EventView(event_id=event_id, hash=known) for event_id, known in sorted(found.hashes.items())]
    return InspectionView(items=items, absent=list(found.absent), read_at=found.at)


class RotateRequest(BaseModel):
    """Which credentials are looked at next."""

    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(default=None, max_length=2000, description="`next_cursor` of the call before")


class UnreadableView(BaseModel):
    """A connection whose credentials no configured key opens: its user signs in again, or the key comes back."""

    connection_id: str
    key_id: str


class RotationView(BaseModel):
    """What became of one page of credentials; `total` is the number of all."""

    checked: int
    resealed: int
    unreadable: list[UnreadableView]
    total: int
    key_id: str
    next_cursor: str | None


@router.post("/credentials/rotate", responses=problem_responses(401, 403, 422))
async def rotate(
    identity: CurrentIdentity, services: InjectedServices, body: RotateRequest | None = None
) -> RotationView:
    """Seal the next credentials anew under the first of TANDEM_CREDENTIAL_KEYS; operators only.

    Call it with `next_cursor` until that is null. It goes on while the credentials are used, and may be repeated.
    """
    check_operator(identity)
    after = _CREDENTIALS.decode(body.cursor if body else None)
    audit(identity, "rotate_credentials")
    page = await services.rotation.page(after, _ROTATED_AT_ONCE)
    last = page.checked[-1].id if len(page.checked) == _ROTATED_AT_ONCE else None
    return RotationView(
        checked=len(page.checked),
        resealed=page.count("resealed"),
        unreadable=[UnreadableView(connection_id=one.id, key_id=one.key_id) for one in page.unreadable],
        total=await services.rotation.total(),
        key_id=services.rotation.cipher.current_key,
        next_cursor=_CREDENTIALS.encode((last,)) if last else None,
    )


class ErasureRequest(BaseModel):
    """Whom to erase."""

    model_config = ConfigDict(extra="forbid")

    user_id: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    company_id: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    everyone: bool = Field(default=False, strict=True, description="all of the company, in the place of a user")

    @model_validator(mode="after")
    def _one_or_everyone(self) -> Self:
        if (self.user_id is None) != self.everyone:
            raise ValueError("either user_id or everyone is needed")
        return self


class ErasureStepView(BaseModel):
    """What a service has erased: documents by collection."""

    service: str
    at: AwareDatetime
    erased: dict[str, int]


class ErasureView(BaseModel):
    """How far an erasure is; `done` when all three services have done their part."""

    id: str
    company_id: str
    user_id: str | None
    requested_at: AwareDatetime
    requested_by: str
    steps: list[ErasureStepView]
    done: bool

    @classmethod
    def of(cls, record: ErasureRecord) -> Self:
        """Return the stored record as HTTP shows it."""
        steps = [ErasureStepView.model_validate(one, from_attributes=True) for one in record.steps]
        return cls(
            id=record.id,
            company_id=record.company_id,
            user_id=record.user_id,
            requested_at=record.requested_at,
            requested_by=record.requested_by,
            steps=steps,
            done=record.done,
        )


@router.post("/erasures", status_code=202, responses=problem_responses(401, 403, 422))
async def erase(body: ErasureRequest, identity: CurrentIdentity, services: InjectedServices) -> ErasureView:
    """Erase all that the three services keep of a user; an administrator may do it in his company.

    Operators may erase everyone of a company. It cannot be undone, and may be repeated. Events in users' own calendars
    are not touched.
    """
    if body.everyone:
        check_operator(identity)
    company = company_in_charge(identity, body.company_id)
    if company is None:
        missing = FieldError(field="company_id", message="is needed: user ids are unique within a company alone")
        raise unprocessable("validation_error", "whose user?", errors=[missing])
    audit(identity, "erase", company=company, user=body.user_id)
    return ErasureView.of(await services.erasing.begin(identity, company, body.user_id))


@router.get("/erasures/{erasure_id}", responses=problem_responses(401, 403, 404))
async def get_erasure(erasure_id: str, identity: CurrentIdentity, services: InjectedServices) -> ErasureView:
    """Say how far an erasure is."""
    record = await services.erasing.get(erasure_id)
    company = company_in_charge(identity, None)
    if record is None or company not in {None, record.company_id}:
        raise not_found("erasure")
    return ErasureView.of(record)
