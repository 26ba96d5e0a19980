"""/v1/users: the read model of the company's users; only an administrator writes it."""

from typing import Annotated, Self

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel

from activity_store.domain.model.ids import scoped
from activity_store.domain.model.users import Role, User
from activity_store.entrypoints.http.fields import ID_LENGTH, Body, EmailIn, IdIn, TextIn, ZoneIn
from activity_store.entrypoints.http.services import IfMatch, InjectedServices
from chassis.web.auth import CurrentIdentity, check_admin
from chassis.web.preconditions import check_if_match, etag
from chassis.web.problems import not_found, problem_responses

router = APIRouter(prefix="/v1/users", tags=["users"])

IdPath = Annotated[str, Path(min_length=1, max_length=ID_LENGTH)]


class UserIn(Body):
    """A user as the CRM has him now; what is left out is empty."""

    name: TextIn | None = None
    email: EmailIn | None = None
    tz: ZoneIn | None = None
    group_id: IdIn | None = None
    role: Role = "regular"


class UserOut(BaseModel):
    """A user."""

    id: str
    name: str | None
    email: str | None
    tz: str | None
    group_id: str | None
    role: Role
    version: int

    @classmethod
    def of(cls, user: User) -> Self:
        """Return the stored user as HTTP shows him."""
        return cls.model_validate(user.model_dump() | {"id": user.user_id})


@router.put("/{user_id}", responses=problem_responses(400, 401, 403, 412, 413, 503) | {201: {"model": UserOut}})
async def put_user(
    caller: CurrentIdentity,
    services: InjectedServices,
    user_id: IdPath,
    body: UserIn,
    response: Response,
    if_match: IfMatch = None,
) -> UserOut:
    """Write what a user is now; 201 the first time."""
    check_admin(caller, "users")
    identity = {"id": scoped(caller.company_id, user_id), "company_id": caller.company_id, "user_id": user_id}
    wanted = User.model_validate(body.model_dump() | identity)

    created = False

    def write(current: User | None) -> User:
        nonlocal created
        created = current is None or current.erased
        check_if_match(if_match, current.version if current else 0)
        return current.rewritten(wanted) if current else wanted

    stored = await services.collections.users.update(wanted.id, write) or wanted
    response.status_code = 201 if created else 200
    response.headers["ETag"] = etag(stored.version)
    return UserOut.of(stored)


@router.get("/{user_id}", responses=problem_responses(401, 404, 503))
async def get_user(caller: CurrentIdentity, services: InjectedServices, user_id: IdPath, response: Response) -> UserOut:
    """Return a user of the caller's company."""
    user = await services.collections.users.get(scoped(caller.company_id, user_id))
    if user is None or user.erased:
        raise not_found("user")
    response.headers["ETag"] = etag(user.version)
    return UserOut.of(user)
