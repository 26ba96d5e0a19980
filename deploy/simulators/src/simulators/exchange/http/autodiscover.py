"""`/autodiscover/autodiscover.svc` (SOAP) and `/autodiscover/autodiscover.xml` (POX)."""

from typing import Literal

from lxml import etree
from starlette.requests import Request
from starlette.responses import Response

from simulators.exchange.domain.account import discovery
from simulators.exchange.domain.account.accounts import Account
from simulators.exchange.domain.account.discovery import ONLINE, Redirect
from simulators.exchange.domain.errors import EwsError
from simulators.exchange.domain.xml import Element
from simulators.exchange.http import soap
from simulators.exchange.http.ews_api import PATH as EWS_PATH
from simulators.exchange.http.login import UnauthorizedError
from simulators.exchange.http.simulator import Simulator
from simulators.frame.domain.traps import Parameters
from simulators.frame.http.requests import Trace, note

Kind = Literal["svc", "xml"]
PATHS: dict[str, Kind] = {"/autodiscover/autodiscover.svc": "svc", "/autodiscover/autodiscover.xml": "xml"}
_OPERATION = "Autodiscover"


class Autodiscover:
    """The service at one of its two addresses."""

    def __init__(self, simulator: Simulator, kind: Kind) -> None:
        """`kind`: which of its two languages it speaks."""
        self._simulator = simulator
        self._kind = kind

    async def answer(self, request: Request) -> Response:
        """Answer a request, and keep it in the journal."""
        trace, raw = Trace(operation=f"{_OPERATION}.{self._kind}"), await request.body()
        try:
            account = self._simulator.gate.authenticate(request)
            trace.account, trace.body = account.email, raw.decode(errors="replace")
            answer = self._absent(account, trace) or self._answer(request, raw, account, trace)
        except UnauthorizedError as error:
            answer = self._simulator.gate.refusal(error)
        except EwsError as error:
            answer = soap.fault(error)
        note(self._simulator, request, trace, answer, at=self._simulator.now().isoformat())
        return answer

    def _answer(self, request: Request, raw: bytes, account: Account, trace: Trace) -> Response:
        root = soap.parse(raw)
        url = self._url(request, account, trace)
        redirect = self._redirect(account, trace)
        accounts = self._simulator.world.accounts
        if self._kind == "svc":
            email, wanted = discovery.asked_by_soap(root)
            return soap.answer(discovery.soap_answer(accounts.get(email), wanted, url, redirect), with_version=False)
        return _plain(discovery.pox_answer(accounts.get(discovery.asked_by_pox(root)), url, redirect))

    def _url(self, request: Request, account: Account, trace: Trace) -> str:
        if self._take("autodiscover.moved", account, trace) is not None:
            return ONLINE
        return f"{request.url.scheme}://{request.url.netloc}{EWS_PATH}"

    def _redirect(self, account: Account, trace: Trace) -> Redirect | None:
        address = self._take("autodiscover.redirect_address", account, trace)
        if address is not None:
            return Redirect(address=address["to"])
        url = self._take("autodiscover.redirect_url", account, trace)
        return None if url is None else Redirect(url=url["to"])

    def _absent(self, account: Account, trace: Trace) -> Response | None:
        """Return the 404 of a server that speaks the other language only."""
        trap = f"autodiscover.no_{self._kind}"
        return None if self._take(trap, account, trace) is None else Response("Not Found", 404)

    def _take(self, trap: str, account: Account, trace: Trace) -> Parameters | None:
        struck = self._simulator.world.traps.take(trap, _OPERATION, account.email)
        if struck is not None:
            trace.traps.append(trap)
        return struck


def _plain(body: Element) -> Response:
    content = etree.tostring(body, xml_declaration=True, encoding="utf-8")
    return Response(content, media_type=soap.MEDIA_TYPE)
