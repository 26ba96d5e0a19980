"""The server is found by the e-mail address: SOAP, then POX, then DNS; a password is refused by one server at most."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from connector.adapters.providers.ews.sign_in.autodiscover import Search
from connector.adapters.providers.ews.sign_in.autodiscover_messages import (
    AskFor,
    AskThere,
    Found,
    Told,
    pox_answer,
    pox_request,
    soap_answer,
    soap_request,
)
from connector.adapters.providers.ews.sign_in.visits import Visits
from connector.adapters.providers.ews.transport import statuses
from connector.adapters.providers.ews.transport.addresses import AddressPolicy, IsExchangeOnline, ServerNotAllowed
from connector.adapters.providers.ews.transport.line import Line
from connector.domain.provider.errors import NeedsReauth, Transient
from tests.unit.ews_connecting.ways import login

AUTODISCOVER = "http://schemas.microsoft.com/exchange/2010/Autodiscover"
EWS = "https://mail.example.org/EWS/Exchange.asmx"


def soap_body(settings: dict[str, str] | None = None, code: str = "NoError", target: str = "") -> bytes:
    told = "".join(
        f"<UserSetting><Name>{name}</Name><Value>{value}</Value></UserSetting>"
        for name, value in (settings or {}).items()
    )
    return (
        f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<GetUserSettingsResponseMessage xmlns="{AUTODISCOVER}"><Response><ErrorCode>NoError</ErrorCode>'
        f"<UserResponses><UserResponse><ErrorCode>{code}</ErrorCode><RedirectTarget>{target}</RedirectTarget>"
        f"<UserSettings>{told}</UserSettings></UserResponse></UserResponses></Response>"
        "</GetUserSettingsResponseMessage></s:Body></s:Envelope>"
    ).encode()


def pox_body(inside: str) -> bytes:
    return (
        '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">'
        '<Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">'
        f"<Account><AccountType>email</AccountType>{inside}</Account></Response></Autodiscover>"
    ).encode()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (soap_body({"InternalEwsUrl": "https://in/", "ExternalEwsUrl": EWS}), Found(EWS)),
        (soap_body({"InternalEwsUrl": EWS, "ExternalEwsUrl": ""}), Found(EWS)),
        (soap_body({}), None),
        (soap_body(code="InvalidUser"), None),
        (soap_body(code="RedirectUrl", target="https://a/"), AskThere("https://a/")),
        (soap_body(code="RedirectAddress", target="ana@b.example"), AskFor("ana@b.example")),
        (b"<other/>", None),
    ],
)
def test_what_soap_answers(body: bytes, told: Told) -> None:
    assert soap_answer(body) == told


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        (
            (
                "<Action>settings</Action><Protocol><Type>EXCH</Type><EwsUrl>https://in/</EwsUrl></Protocol>"
                f"<Protocol><Type>EXPR</Type><EwsUrl>{EWS}</EwsUrl></Protocol>"
            ),
            Found(EWS),
        ),
        (f"<Action>settings</Action><Protocol><Type>EXCH</Type><EwsUrl>{EWS}</EwsUrl></Protocol>", Found(EWS)),
        ("<Action>settings</Action><Protocol><Type>WEB</Type></Protocol>", None),
        ("<Action>redirectUrl</Action><RedirectUrl>https://a/</RedirectUrl>", AskThere("https://a/")),
        ("<Action>redirectAddr</Action><RedirectAddr>ana@b.example</RedirectAddr>", AskFor("ana@b.example")),
    ],
)
def test_what_pox_answers(inside: str, told: Told) -> None:
    assert pox_answer(pox_body(inside)) == told


def test_an_address_cannot_break_out_of_a_request() -> None:
    for request in (soap_request("a<b>&@x.example", "https://x/"), pox_request("a<b>&@x.example", "")):
        assert b"a&lt;b&gt;&amp;@x.example" in request


@dataclass
class Web(BaseAdapter):
    """Servers by their address; what is not named here is not there."""

    answers: dict[str, Callable[[bool], tuple[int, bytes, dict[str, str]]]]
    asked: list[tuple[str, bool]] = field(default_factory=list)

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        url, signed = str(request.url), "Authorization" in request.headers
        self.asked.append((url, signed))
        policy = AddressPolicy(frozenset())
        policy.check_url(url)
        if url not in self.answers:
            raise Transient("connection_failed", "the server could not be reached")
        status, body, headers = self.answers[url](signed)
        response = requests.Response()
        response.status_code, response._content, response.url = status, body, url
        response.headers = CaseInsensitiveDict(headers)
        response.request = request
        if status == 401 and not signed:
            return response
        if error := statuses.refusal(response, policy):
            raise error
        return response

    def close(self) -> None:
        """Nothing is open."""


def signed_in(body: bytes) -> Callable[[bool], tuple[int, bytes, dict[str, str]]]:
    """Return a service that answers who signs in."""
    return lambda signed: (200, body, {}) if signed else (401, b"", {"WWW-Authenticate": "Basic"})


def refusing(_: bool) -> tuple[int, bytes, dict[str, str]]:
    return 401, b"", {"WWW-Authenticate": "Basic"}


def away(location: str) -> Callable[[bool], tuple[int, bytes, dict[str, str]]]:
    return lambda _: (302, b"", {"Location": location})


def soap_at(host: str) -> str:
    return f"https://{host}/autodiscover/autodiscover.svc"


def pox_at(host: str) -> str:
    return f"https://{host}/autodiscover/autodiscover.xml"


FOUND = signed_in(soap_body({"ExternalEwsUrl": EWS}))


def search(web: Web, services: dict[str, list[tuple[str, int]]] | None = None) -> str:
    looking = Search(Visits(lambda _: web, Line(5)), lambda name: (services or {}).get(name, []))
    return looking.ews_url(login(""))


def test_the_domain_then_its_autodiscover_host_are_asked_soap_before_pox() -> None:
    web = Web(
        {
            pox_at("autodiscover.example.org"): signed_in(
                pox_body(f"<Protocol><Type>EXPR</Type><EwsUrl>{EWS}</EwsUrl></Protocol>")
            )
        }
    )
    web.answers[soap_at("autodiscover.example.org")] = lambda _: (404, b"", {})
    web.answers[soap_at("example.org")] = web.answers[pox_at("example.org")] = lambda _: (200, b"<html>", {})
    assert search(web) == EWS
    unsigned = [url for url, signed in web.asked if not signed]
    assert unsigned == [at(host) for host in ("example.org", "autodiscover.example.org") for at in (soap_at, pox_at)]
    assert [url for url, signed in web.asked if signed] == [pox_at("autodiscover.example.org")]


def test_the_dns_names_another_host_at_last() -> None:
    services = {"_autodiscover._tcp.example.org": [("mail.host.example", 443), ("b.example", 8443)]}
    assert search(Web({soap_at("mail.host.example"): FOUND}), services) == EWS
    assert search(Web({soap_at("b.example:8443"): FOUND}), services) == EWS


def test_a_wrong_password_is_shown_to_one_server_once() -> None:
    web = Web(
        {url: refusing for host in ("example.org", "autodiscover.example.org") for url in (soap_at(host), pox_at(host))}
    )
    with pytest.raises(NeedsReauth):
        search(web)
    assert [one for one in web.asked if one[1]] == [(soap_at("example.org"), True)]


def test_a_service_sends_on_to_another_and_to_another_address() -> None:
    web = Web(
        {
            soap_at("example.org"): away(soap_at("a.example")),
            soap_at("a.example"): signed_in(soap_body(code="RedirectUrl", target=soap_at("b.example"))),
            soap_at("b.example"): signed_in(soap_body(code="RedirectAddress", target="ana@c.example")),
            soap_at("c.example"): FOUND,
        }
    )
    assert search(web) == EWS


def test_circles_end() -> None:
    web = Web({soap_at("example.org"): signed_in(soap_body(code="RedirectAddress", target="ana@example.org"))})
    with pytest.raises(Transient, match="circles"):
        search(web)
    web = Web({soap_at("example.org"): away(soap_at("example.org"))})
    with pytest.raises(Transient, match="no Exchange server was found"):
        search(web)


@pytest.mark.parametrize(
    "answer",
    [
        away("https://autodiscover-s.outlook.com/autodiscover/autodiscover.svc"),
        signed_in(soap_body(code="RedirectUrl", target="https://autodiscover-s.outlook.com/a.svc")),
        signed_in(soap_body(code="RedirectAddress", target="ana@example.mail.onmicrosoft.com")),
    ],
)
def test_a2_a_mailbox_that_was_moved_to_exchange_online_is_told_so(
    answer: Callable[[bool], tuple[int, bytes, dict[str, str]]],
) -> None:
    with pytest.raises(IsExchangeOnline, match="office365"):
        search(Web({soap_at("example.org"): answer}))


def test_a_redirect_to_what_may_not_be_called_is_not_followed_and_is_told() -> None:
    with pytest.raises(ServerNotAllowed):
        search(Web({soap_at("example.org"): away("http://autodiscover.example.org/autodiscover/autodiscover.xml")}))


def test_nobody_answers() -> None:
    with pytest.raises(Transient, match="no Exchange server was found"):
        search(Web({}))


def test_a_server_that_is_there_with_a_certificate_of_nobodys_is_told() -> None:
    def untrusted(_: bool) -> tuple[int, bytes, dict[str, str]]:
        raise Transient("certificate_invalid", "self-signed certificate")

    with pytest.raises(Transient, match="self-signed"):
        search(Web({soap_at("autodiscover.example.org"): untrusted}))
