"""Errors over HTTP as `application/problem+json` (RFC 9457), the only shape in which our APIs say no."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict

PROBLEM_JSON = "application/problem+json"


class FieldError(BaseModel):
    """What is wrong with one field of a request; `field` is a dotted path."""

    model_config = ConfigDict(frozen=True)

    field: str
    message: str


class ProblemBody(BaseModel):
    """The body of every error answer (RFC 9457); further named members may follow."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldError] | None = None


class Problem(Exception):  # noqa: N818 - RFC 9457 calls it so
    """An error answer; raise it anywhere below a route."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        title: str | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **extras: Any,  # noqa: ANN401 - members of any JSON type
    ) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.title = title or HTTPStatus(status).phrase
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.extras = extras

    def body(self) -> dict[str, Any]:
        """Return the members as they go over the wire."""
        members: dict[str, Any] = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        if self.errors:
            members["errors"] = [error.model_dump() for error in self.errors]
        return members | self.extras


def not_found(what: str) -> Problem:
    """404: it does not exist, or the caller may not know that it does."""
    return Problem(404, "not_found", f"{what} not found")


def forbidden(detail: str) -> Problem:
    """403: known who you are, and you may not."""
    return Problem(403, "forbidden", detail)


def unauthorized(detail: str) -> Problem:
    """401: not known who you are (RFC 6750 asks for the challenge header)."""
    return Problem(401, "unauthorized", detail, headers={"WWW-Authenticate": "Bearer"})


def stale_version(current: int) -> Problem:
    """412: `If-Match` named another version than the present one, which is told."""
    return Problem(412, "stale_version", f"the current version is {current}", current_version=current)


def conflict(code: str, detail: str, **extras: Any) -> Problem:  # noqa: ANN401 - as above
    """409: the request contradicts the present state."""
    return Problem(409, code, detail, **extras)


def unprocessable(
    code: str,
    detail: str,
    *,
    errors: Sequence[FieldError] = (),
    **extras: Any,  # noqa: ANN401
) -> Problem:
    """422: well formed, and still wrong."""
    return Problem(422, code, detail, errors=errors, **extras)


def unavailable(detail: str) -> Problem:
    """503: try again; nothing was stored."""
    return Problem(503, "unavailable", detail, headers={"Retry-After": "2"})


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` of a route that may answer with these error statuses, for OpenAPI."""
    schema = {"$ref": "#/components/schemas/ProblemBody"}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {PROBLEM_JSON: {"schema": schema}}}
        for status in statuses
    }
