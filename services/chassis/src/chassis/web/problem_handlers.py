"""Turns every exception that leaves a route into problem+json; no internals ever reach the caller."""

from collections.abc import Sequence
from typing import Any

import structlog
from aiokafka.errors import KafkaError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pymongo.errors import PyMongoError
from starlette.exceptions import HTTPException

from chassis.errors import Transient
from chassis.outages import as_transient
from chassis.web.problems import PROBLEM_JSON, FieldError, Problem, unavailable

log = structlog.get_logger()

_CODES = {
    400: "malformed_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    412: "stale_version",
    413: "payload_too_large",
    415: "unsupported_media_type",
    422: "validation_error",
    429: "rate_limited",
    503: "unavailable",
}


def problem_response(problem: Problem) -> JSONResponse:
    """Return the answer for a problem."""
    return JSONResponse(problem.body(), problem.status, problem.headers, media_type=PROBLEM_JSON)


def _field_path(location: Sequence[Any]) -> str:
    path = ".".join(str(part) for part in location[1:])
    return path or str(location[0] if location else "body")


def _from_validation(error: RequestValidationError) -> Problem:
    items = error.errors()
    if any(item["type"] == "json_invalid" for item in items):
        return Problem(400, "malformed_request", "the body is not valid JSON")
    fields = [FieldError(field=_field_path(item["loc"]), message=item["msg"]) for item in items]
    return Problem(422, "validation_error", "some fields are wrong", errors=fields)


def _from_http(error: HTTPException) -> Problem:
    code = _CODES.get(error.status_code, "error")
    return Problem(error.status_code, code, error.detail, headers=error.headers)


def to_problem(error: Exception) -> Problem:
    """Return the problem that an exception is answered with; 500 where nothing better is known."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return _from_validation(error)
    if isinstance(error, HTTPException):
        return _from_http(error)
    if as_transient(error) is not None:
        return unavailable("a part of the service is away; nothing was stored, try again")
    return Problem(500, "internal_error", "something went wrong on our side")


async def handle(_request: Request, error: Exception) -> JSONResponse:
    """Answer an exception as problem+json."""
    problem = to_problem(error)
    if problem.status >= 500:
        log.warning("request_failed", status=problem.status, error=repr(error))  # uvicorn logs defects with their trace
    return problem_response(problem)


def install_problems(app: FastAPI) -> None:
    """Answer every error of the app as problem+json and declare its schema in OpenAPI."""
    for kind in (Problem, RequestValidationError, HTTPException, Transient, PyMongoError, KafkaError, Exception):
        app.add_exception_handler(kind, handle)
