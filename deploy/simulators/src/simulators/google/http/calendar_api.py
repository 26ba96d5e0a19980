"""`/calendar/v3/…`: authorisation, validation, traps, the operation, the journal."""

import json
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse

from simulators.frame.domain.oauth import Grant
from simulators.frame.http.unanswered import Unanswered, html_page
from simulators.google.discovery import Method, discovery
from simulators.google.domain.account.oauth import allows
from simulators.google.domain.call import Call
from simulators.google.domain.errors import GoogleError, bad_request, insufficient_permissions, not_found, unauthorized
from simulators.google.domain.fields import select
from simulators.google.domain.operations import WRITES, perform
from simulators.google.domain.times import stamp
from simulators.google.http.faults import refuse
from simulators.google.http.simulator import Simulator

PREFIX = "/calendar/v3/"
# Requests that Google's description of the method does not allow: the journal flags them.
_MALFORMED = {"badRequest", "invalidParameter", "required"}
_HTTP = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(slots=True)
class Trace:
    """What the journal will say about one request."""

    operation: str = ""
    account: str = ""
    body: Any = None
    traps: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def calendar_router(simulator: Simulator) -> APIRouter:
    """One route for all methods: the discovery document is the table."""
    router = APIRouter()

    @router.api_route(PREFIX + "{rest:path}", methods=_HTTP, include_in_schema=False)
    async def method(request: Request) -> Response:
        trace = Trace()
        request, raw = _meant(request, await request.body())
        try:
            answer = await _answer(simulator, request, raw, trace)
        except GoogleError as error:
            trace.problems += [error.message] if error.reason in _MALFORMED else []
            answer = JSONResponse(error.body(), error.status, error.headers)
        _note(simulator, request, trace, answer)
        if simulator.world.latency_ms:
            await simulator.sleep(simulator.world.latency_ms / 1000)
        return answer

    return router


def _meant(request: Request, raw: bytes) -> tuple[Request, bytes]:
    # Google's clients send a query of more than 2,048 characters as a POST with this header.
    verb = request.headers.get("X-HTTP-Method-Override")
    if verb is None:
        return request, raw
    return Request({**request.scope, "method": verb, "query_string": raw}), b""


async def _answer(simulator: Simulator, request: Request, raw: bytes, trace: Trace) -> Response:
    trace.body = _parsed(raw)
    path = request.scope["raw_path"].decode().removeprefix(PREFIX)
    found = discovery().find(request.method, path)
    if found is None:
        raise not_found()
    method, names = found
    trace.operation = method.id
    grant = _holder(simulator, request)
    trace.account = grant.email
    call = _call(simulator, request, method, grant, names)
    call.traps, call.body = trace.traps, trace.body or {}
    refuse(call)
    call.query = discovery().query(method, request.query_params.multi_items())
    if method.request is not None:
        discovery().check_request(method, trace.body if raw else {})
    return await _performed(simulator, request, method, call, trace)


async def _performed(simulator: Simulator, request: Request, method: Method, call: Call, trace: Trace) -> Response:
    silent = call.trap("fault.timeout_before")
    if silent is not None:
        return Unanswered(silent["seconds"], simulator.sleep)
    body = perform(call)
    if call.sync_first and call.opened is not None:
        await simulator.push.sync(call.opened)
    elif call.opened is not None:
        _announce(simulator, call)
    if request.method != "GET" or call.traps:
        simulator.settle()
    silent = call.trap("fault.timeout_after_applied")
    if silent is not None:
        return Unanswered(silent["seconds"], simulator.sleep)
    if call.trap("fault.html_200") is not None:
        return html_page()
    trace.problems = discovery().problems(method.response, body)
    if trace.problems:
        raise GoogleError(500, "backendError", "The simulator's answer is not Google's.")
    if method.response is None:
        return Response(status_code=204)
    mask = request.query_params.get("fields")
    shown = select(body, mask) if mask else body
    headers = {"ETag": body["etag"]} if "etag" in body else None
    return JSONResponse(shown, headers=headers)


def _announce(simulator: Simulator, call: Call) -> None:
    if call.opened is None:
        return
    if call.operation == "calendar.channels.stop":
        simulator.push.tell(call.opened)
    else:
        simulator.push.sync_soon(call.opened)


def _call(simulator: Simulator, request: Request, method: Method, grant: Grant, names: dict[str, str]) -> Call:
    if not allows(grant, write=method.id in WRITES):
        raise insufficient_permissions()
    return Call(
        world=simulator.world,
        account=simulator.world.account(grant.email),
        client_id=grant.client_id,
        operation=method.id,
        path=names,
        query=dict(request.query_params),
        body={},
        now=simulator.now(),
        if_match=request.headers.get("If-Match"),
        https_only=simulator.settings.https_only,
        api_root=simulator.settings.api_root,
    )


def _holder(simulator: Simulator, request: Request) -> Grant:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        token = request.query_params.get("access_token") or request.query_params.get("oauth_token", "")
    grant = simulator.world.oauth.holder(token, simulator.now())
    if grant is None:
        raise unauthorized()
    return grant


def _parsed(raw: bytes) -> Any:  # noqa: ANN401 - any JSON value
    if not raw:
        return None
    try:
        return json.loads(raw)
    except ValueError as error:
        raise bad_request("Invalid JSON payload received. Parse Error") from error


def _note(simulator: Simulator, request: Request, trace: Trace, answer: Response) -> None:
    unanswered = isinstance(answer, Unanswered)
    simulator.journal.note(
        {
            "at": stamp(simulator.now()),
            "method": request.method,
            "path": request.scope["raw_path"].decode(),
            "query": dict(request.query_params),
            "body": trace.body,
            "status": None if unanswered else answer.status_code,
            "operation": trace.operation,
            "account": trace.account,
            "traps": trace.traps,
            "problems": trace.problems,
        }
    )
