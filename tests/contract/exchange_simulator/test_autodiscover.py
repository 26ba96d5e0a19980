"""Autodiscover by SOAP and by plain XML, and where it may lead (trap 12)."""

import httpx
import pytest
from lxml import etree

from simulators.exchange.domain.account.discovery import OUTLOOK, REQUEST, SOAP_NAMESPACE
from tests.contract.exchange_simulator.driver import Exchange
from tests.support.simulator_driver import ANN

_SVC = "/autodiscover/autodiscover.svc"
_XML = "/Autodiscover/Autodiscover.xml"
_URL = "http://exchange.test/EWS/Exchange.asmx"


async def by_soap(exchange: Exchange, email: str = ANN) -> httpx.Response:
    body = f"""<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:a="{SOAP_NAMESPACE}"><s:Body>
      <a:GetUserSettingsRequestMessage><a:Request><a:Users><a:User><a:Mailbox>{email}</a:Mailbox></a:User></a:Users>
      <a:RequestedSettings><a:Setting>ExternalEwsUrl</a:Setting><a:Setting>UserDN</a:Setting></a:RequestedSettings>
      </a:Request></a:GetUserSettingsRequestMessage></s:Body></s:Envelope>"""
    return await exchange.http.post(_SVC, content=body)


async def by_pox(exchange: Exchange, email: str = ANN) -> httpx.Response:
    body = f"""<Autodiscover xmlns="{REQUEST}"><Request><EMailAddress>{email}</EMailAddress>
      <AcceptableResponseSchema>{OUTLOOK}</AcceptableResponseSchema></Request></Autodiscover>"""
    return await exchange.http.post(_XML, content=body)


def texts(answer: httpx.Response, namespace: str, name: str) -> list[str]:
    assert answer.status_code == 200
    return [one.text or "" for one in etree.fromstring(answer.content).iter(f"{{{namespace}}}{name}")]


async def test_by_soap(exchange: Exchange) -> None:
    answer = await by_soap(exchange)
    assert texts(answer, SOAP_NAMESPACE, "Value") == [_URL]
    assert texts(answer, SOAP_NAMESPACE, "ErrorCode") == ["NoError", "NoError", "SettingIsNotAvailable"]


async def test_by_plain_xml(exchange: Exchange) -> None:
    answer = await by_pox(exchange)
    assert texts(answer, OUTLOOK, "EwsUrl") == [_URL, _URL]
    assert texts(answer, OUTLOOK, "Action") == ["settings"]


async def test_an_address_that_is_not_here(exchange: Exchange) -> None:
    assert "InvalidUser" in texts(await by_soap(exchange, "eve@example.com"), SOAP_NAMESPACE, "ErrorCode")
    assert texts(await by_pox(exchange, "eve@example.com"), OUTLOOK, "ErrorCode") == ["500"]


@pytest.mark.parametrize("path", [_SVC, _XML])
async def test_it_wants_to_know_who_asks(exchange: Exchange, path: str) -> None:
    assert (await exchange.http.post(path, headers={"Authorization": ""})).status_code == 401


async def test_a_mailbox_that_was_moved(exchange: Exchange) -> None:
    await exchange.trap("autodiscover.moved", count=2)
    assert "office365" in texts(await by_soap(exchange), SOAP_NAMESPACE, "Value")[0]
    assert "office365" in texts(await by_pox(exchange), OUTLOOK, "EwsUrl")[0]


@pytest.mark.parametrize(
    ("trap", "soap", "action", "name"),
    [
        ("autodiscover.redirect_address", "RedirectAddress", "redirectAddr", "RedirectAddr"),
        ("autodiscover.redirect_url", "RedirectUrl", "redirectUrl", "RedirectUrl"),
    ],
)
async def test_redirects(exchange: Exchange, trap: str, soap: str, action: str, name: str) -> None:
    await exchange.trap(trap, count=2, to="elsewhere")
    answer = await by_soap(exchange)
    assert soap in texts(answer, SOAP_NAMESPACE, "ErrorCode")
    assert texts(answer, SOAP_NAMESPACE, "RedirectTarget") == ["elsewhere"]
    plain = await by_pox(exchange)
    assert (texts(plain, OUTLOOK, "Action"), texts(plain, OUTLOOK, name)) == ([action], ["elsewhere"])


async def test_a_server_of_one_language(exchange: Exchange) -> None:
    await exchange.trap("autodiscover.no_svc")
    assert (await by_soap(exchange)).status_code == 404
    assert (await by_pox(exchange)).status_code == 200
    await exchange.trap("autodiscover.no_xml")
    assert (await by_pox(exchange)).status_code == 404
