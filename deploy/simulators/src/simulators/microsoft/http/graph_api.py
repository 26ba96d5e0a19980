"""`/v1.0/…`: authorisation, limits, traps, the operation, the journal."""

import uuid
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse

from simulators.frame.domain.oauth import Grant
from simulators.frame.http.faults import lost_answer, refuse, silence_before
from simulators.frame.http.requests import HTTP_METHODS, Trace, bearer, note, read_json
from simulators.frame.store import times
from simulators.frame.store.errors import StoreError, access_denied
from simulators.microsoft.domain.account.oauth import allows
from simulators.microsoft.domain.call import Call
from simulators.microsoft.domain.errors import GraphError, bad_request, unauthorized
from simulators.microsoft.domain.lists import options
from simulators.microsoft.domain.operations import WRITES, perform
from simulators.microsoft.domain.paths import resolve
from simulators.microsoft.http.faults import FAULTS
from simulators.microsoft.http.simulator import Simulator

ROOT = "/v1.0"
_UNREADABLE = "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is valid."
# Requests that the metadata does not allow: the journal flags them.
_MALFORMED = {"RequestBodyRead", "BadRequest", "ErrorInvalidParameter"}
_CONTEXTS = {
    "user.get": "users/$entity",
    "mailboxSettings.get": "users('{user}')/mailboxSettings",
    "calendars.list": "users('{user}')/calendars",
    "calendars.get": "users('{user}')/calendars/$entity",
    "events.get": "users('{user}')/events/$entity",
    "events.create": "users('{user}')/events/$entity",
    "events.update": "users('{user}')/events/$entity",
    "events.list": "users('{user}')/events",
    "events.instances": "users('{user}')/events",
    "events.delta": "Collection(event)",
    "calendarView.list": "users('{user}')/calendarView",
    "calendarView.delta": "Collection(event)",
    "subscriptions.list": "subscriptions",
    "subscriptions.get": "subscriptions/$entity",
    "subscriptions.create": "subscriptions/$entity",
    "subscriptions.update": "subscriptions/$entity",
    "ids.translate": "Collection(microsoft.graph.convertIdResult)",
}


@dataclass(slots=True, kw_only=True)
class GraphTrace(Trace):
    """The journal's line, and the id under which Graph knows the request."""

    request_id: str


def graph_router(simulator: Simulator) -> APIRouter:
    """One route for everything: `domain.paths` is the table."""
    router = APIRouter()

    @router.api_route(ROOT + "/{rest:path}", methods=HTTP_METHODS, include_in_schema=False)
    async def method(request: Request) -> Response:
        own = str(uuid.UUID(int=simulator.world.rng.getrandbits(128), version=4))
        trace, raw = GraphTrace(request_id=own), await request.body()
        try:
            answer = await _authorised(simulator, request, raw, trace)
        except StoreError as error:
            trace.problems += [error.message] if error.code in _MALFORMED else []
            answer = JSONResponse(error.body(_inner(simulator, request, trace)), error.status, error.headers)
        answer.headers["request-id"] = trace.request_id
        seen = {"prefer": request.headers.getlist("Prefer")}
        note(simulator, request, trace, answer, at=times.stamp(simulator.now()), seen=seen)
        return answer

    return router


async def _authorised(simulator: Simulator, request: Request, raw: bytes, trace: GraphTrace) -> Response:
    trace.body = read_json(raw, lambda: bad_request(_UNREADABLE))
    grant = _holder(simulator, request)
    trace.account = grant.email
    simulator.tick()
    with simulator.gate.entered((grant.client_id, grant.email), simulator.now()):
        call = _call(simulator, request, grant, trace)
        answer = await _answer(simulator, call, trace)
        # The place is held as long as the client waits: calls at once are what the limit counts.
        if simulator.world.latency_ms:
            await simulator.sleep(simulator.world.latency_ms / 1000)
    return answer


def _call(simulator: Simulator, request: Request, grant: Grant, trace: GraphTrace) -> Call:
    account = simulator.world.account(grant.email)
    path = request.scope["raw_path"].decode().removeprefix(ROOT)
    route = resolve(request.method, path, account)
    trace.operation = route.operation
    if not allows(grant, write=route.operation in WRITES):
        raise access_denied()
    query = dict(request.query_params)
    return Call(
        world=simulator.world,
        account=account,
        client_id=grant.client_id,
        operation=route.operation,
        route=route,
        query=query,
        options=options.parse(query),
        prefer=options.prefer(request.headers.getlist("Prefer")),
        body=trace.body if isinstance(trace.body, dict) else {},
        now=simulator.now(),
        url=str(request.url.replace(query="")).rstrip("?"),
        if_match=request.headers.get("If-Match"),
        traps=trace.traps,
    )


async def _answer(simulator: Simulator, call: Call, trace: GraphTrace) -> Response:
    refuse(call, call.query, FAULTS)
    silent = silence_before(call, simulator.sleep)
    if silent is not None:
        return silent
    body = perform(call)
    await _open(simulator, call)
    if call.status != 200 or call.operation not in _CONTEXTS or call.operation in WRITES:
        simulator.save()
    return lost_answer(call, simulator.sleep) or _json(simulator, call, body, trace)


async def _open(simulator: Simulator, call: Call) -> None:
    """The validation handshake: the create call stays open meanwhile, and other calls are served."""
    opened = call.opened
    if opened is None:
        return
    if call.trap("subscription.unreachable") is not None:
        raise GraphError(400, "InvalidRequest", "The underlying connection was closed: unexpected error on a receive.")
    await simulator.push.validate(opened)
    subscriptions = simulator.world.subscriptions
    subscriptions.check_free(opened, simulator.now())
    subscriptions.live[opened.id] = opened
    if call.trap("validation.again") is not None:
        await simulator.push.validate(opened)


def _json(simulator: Simulator, call: Call, body: dict[str, Any], trace: GraphTrace) -> Response:
    headers = {"Preference-Applied": ", ".join(call.prefer.applied)} if call.prefer.applied else {}
    if call.operation not in _CONTEXTS:
        return Response(status_code=call.status, headers=headers)
    if simulator.judge is not None:
        trace.problems += simulator.judge(call.operation, body)
    if trace.problems:
        raise GraphError(500, "InternalServerError", "The simulator's answer is not Graph's.")
    root = call.url[: call.url.index(ROOT) + len(ROOT)]
    context = f"{root}/$metadata#{_CONTEXTS[call.operation].format(user=call.account.user_id)}"
    return JSONResponse({"@odata.context": context, **body}, call.status, headers)


def _holder(simulator: Simulator, request: Request) -> Grant:
    token = bearer(request)
    if not token:
        raise unauthorized("Access token is empty.")
    grant = simulator.world.oauth.holder(token, simulator.now())
    if grant is None:
        raise unauthorized()
    return grant


def _inner(simulator: Simulator, request: Request, trace: GraphTrace) -> dict[str, str]:
    return {
        "date": f"{simulator.now():%Y-%m-%dT%H:%M:%S}",
        "request-id": trace.request_id,
        "client-request-id": request.headers.get("client-request-id", trace.request_id),
    }
