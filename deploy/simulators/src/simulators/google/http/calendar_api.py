"""`/calendar/v3/…`: authorisation, validation, traps, the operation, the journal."""

from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse

from simulators.frame.domain.oauth import Grant
from simulators.frame.http.faults import lost_answer, refuse, silence_before
from simulators.frame.http.requests import HTTP_METHODS, Trace, bearer, note, read_json
from simulators.google.discovery import Method, discovery
from simulators.google.domain.account.oauth import allows
from simulators.google.domain.call import Call
from simulators.google.domain.errors import GoogleError, bad_request, insufficient_permissions, not_found, unauthorized
from simulators.google.domain.fields import select
from simulators.google.domain.operations import WRITES, perform
from simulators.google.domain.times import stamp
from simulators.google.http.faults import FAULTS
from simulators.google.http.simulator import Simulator

PREFIX = "/calendar/v3/"
# Requests that Google's description of the method does not allow: the journal flags them.
_MALFORMED = {"badRequest", "invalidParameter", "required"}


def calendar_router(simulator: Simulator) -> APIRouter:
    """One route for all methods: the discovery document is the table."""
    router = APIRouter()

    @router.api_route(PREFIX + "{rest:path}", methods=HTTP_METHODS, include_in_schema=False)
    async def method(request: Request) -> Response:
        trace = Trace()
        request, raw = _meant(request, await request.body())
        try:
            answer = await _answer(simulator, request, raw, trace)
        except GoogleError as error:
            trace.problems += [error.message] if error.reason in _MALFORMED else []
            answer = JSONResponse(error.body(), error.status, error.headers)
        note(simulator, request, trace, answer, at=stamp(simulator.now()))
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
    trace.body = read_json(raw, lambda: bad_request("Invalid JSON payload received. Parse Error"))
    path = request.scope["raw_path"].decode().removeprefix(PREFIX)
    found = discovery().find(request.method, path)
    if found is None:
        raise not_found()
    method, names = found
    trace.operation = method.id
    grant = _holder(simulator, request)
    trace.account = grant.email
    simulator.quota.count(grant.email, simulator.now())
    call = _call(simulator, request, method, grant, names)
    call.traps, call.body = trace.traps, trace.body or {}
    refuse(call, call.query, FAULTS)
    call.query = discovery().query(method, request.query_params.multi_items())
    if method.request is not None:
        discovery().check_request(method, trace.body if raw else {})
    return await _performed(simulator, request, method, call, trace)


async def _performed(simulator: Simulator, request: Request, method: Method, call: Call, trace: Trace) -> Response:
    silent = silence_before(call, simulator.sleep)
    if silent is not None:
        return silent
    body = perform(call)
    if call.sync_first and call.opened is not None:
        await simulator.push.sync(call.opened)
    elif call.opened is not None:
        _announce(simulator, call)
    if request.method != "GET" or call.traps:
        simulator.save()
    lost = lost_answer(call, simulator.sleep)
    if lost is not None:
        return lost
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
    asked = request.query_params
    token = bearer(request) or asked.get("access_token") or asked.get("oauth_token", "")
    grant = simulator.world.oauth.holder(token, simulator.now())
    if grant is None:
        raise unauthorized()
    return grant
