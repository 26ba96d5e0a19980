"""`/EWS/Exchange.asmx`: authentication, schema, traps, the operation, the journal."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from simulators.exchange.domain.account.accounts import Account
from simulators.exchange.domain.call import Call
from simulators.exchange.domain.errors import EwsError, FaultError, of_store, schema_violation
from simulators.exchange.domain.operations import CHANGES, perform
from simulators.exchange.domain.xml import Element, local
from simulators.exchange.http import faults, soap
from simulators.exchange.http.login import UnauthorizedError
from simulators.exchange.http.simulator import Simulator
from simulators.exchange.http.soap import Envelope
from simulators.frame.http.faults import lost_answer, silence_before
from simulators.frame.http.requests import Trace, note
from simulators.frame.store.errors import StoreError

PATH = "/EWS/Exchange.asmx"


class EwsApi:
    """The one address that all operations have."""

    def __init__(self, simulator: Simulator) -> None:
        """Requests act on the simulator's world."""
        self._simulator = simulator

    async def answer(self, request: Request) -> Response:
        """Answer a request, and keep it in the journal."""
        trace, raw = Trace(), await request.body()
        try:
            answer = await self._authenticated(request, raw, trace)
        except UnauthorizedError as error:
            answer = self._simulator.gate.refusal(error)
        except StoreError as error:
            answer = soap.fault(of_store(error))
        except EwsError as error:
            answer = soap.fault(error)
        note(self._simulator, request, trace, answer, at=self._simulator.now().isoformat())
        return answer

    async def _authenticated(self, request: Request, raw: bytes, trace: Trace) -> Response:
        account = self._simulator.gate.authenticate(request)
        trace.account = account.email
        if request.method != "POST":
            return HTMLResponse("<!DOCTYPE html><title>Service</title><p>You have created a service.</p>")
        self._simulator.tick()
        call = self._call(soap.read(raw), account, trace)
        if call.trap("fault.401") is not None:
            raise UnauthorizedError
        answer = faults.no_soap(call) or silence_before(call, self._simulator.sleep) or self._performed(call, trace)
        if self._simulator.world.latency_ms:
            await self._simulator.sleep(self._simulator.world.latency_ms / 1000)
        return answer

    def _call(self, envelope: Envelope, account: Account, trace: Trace) -> Call:
        trace.operation = local(envelope.request)
        trace.body = soap.text_of(envelope.request)
        if self._simulator.judge is not None:
            trace.problems += self._simulator.judge(envelope.header, envelope.request)
        if trace.problems:
            raise schema_violation(trace.problems[0])
        return Call(
            world=self._simulator.world,
            account=account,
            operation=trace.operation,
            now=self._simulator.now(),
            request=envelope.request,
            zone=envelope.zone(),
            traps=trace.traps,
        )

    def _performed(self, call: Call, trace: Trace) -> Response:
        faults.refuse(call)
        body = faults.refused_parts(call)
        if body is None:
            body = perform(call)
            if call.operation in CHANGES:
                self._simulator.save()
        return lost_answer(call, self._simulator.sleep) or self._answer(call, body, trace)

    def _answer(self, call: Call, body: Element, trace: Trace) -> Response:
        if self._simulator.judge is not None:
            trace.problems += self._simulator.judge(None, body)
        if trace.problems:
            raise FaultError(
                "ErrorInternalServerError", f"The simulator's answer breaks the schema: {trace.problems[0]}"
            )
        return soap.answer(body, with_version=call.trap("answer.no_version") is None)
