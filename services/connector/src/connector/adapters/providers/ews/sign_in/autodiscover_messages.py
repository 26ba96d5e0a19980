"""What Autodiscover is asked and what it answers: SOAP (MS-OXWSADISC) and POX (MS-OXDSCLI), as pure functions."""

from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from connector.adapters.providers.ews.untrusted_xml import SOAP, Element, local, parsed

_NS: Final = "http://schemas.microsoft.com/exchange/2010/Autodiscover"
_WSA: Final = "http://www.w3.org/2005/08/addressing"
_POX_REQUEST: Final = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"
_POX_RESPONSE: Final = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
_REDIRECTS = ("RedirectUrl", "RedirectAddress")


@dataclass(frozen=True)
class Found:
    """The EWS address of a mailbox."""

    url: str


@dataclass(frozen=True)
class AskThere:
    """Another Autodiscover service knows."""

    url: str


@dataclass(frozen=True)
class AskFor:
    """The mailbox goes by another e-mail address."""

    email: str


Told = Found | AskThere | AskFor | None
"""None: the answer says nothing of use."""


def soap_request(email: str, url: str) -> bytes:
    """Return the GetUserSettings request for a mailbox's EWS address."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{SOAP}" xmlns:a="{_NS}" xmlns:w="{_WSA}">'
        "<s:Header><a:RequestedServerVersion>Exchange2013</a:RequestedServerVersion>"
        f"<w:Action>{_NS}/Autodiscover/GetUserSettings</w:Action><w:To>{escape(url)}</w:To></s:Header>"
        "<s:Body><a:GetUserSettingsRequestMessage><a:Request>"
        f"<a:Users><a:User><a:Mailbox>{escape(email)}</a:Mailbox></a:User></a:Users>"
        "<a:RequestedSettings><a:Setting>ExternalEwsUrl</a:Setting><a:Setting>InternalEwsUrl</a:Setting>"
        "</a:RequestedSettings></a:Request></a:GetUserSettingsRequestMessage></s:Body></s:Envelope>"
    ).encode()


def pox_request(email: str, _: str) -> bytes:
    """Return the POX request for a mailbox's settings."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="{_POX_REQUEST}"><Request>'
        f"<EMailAddress>{escape(email)}</EMailAddress>"
        f"<AcceptableResponseSchema>{_POX_RESPONSE}</AcceptableResponseSchema></Request></Autodiscover>"
    ).encode()


def soap_answer(body: bytes) -> Told:
    """Return what a GetUserSettings response says of its one user. Raises Rejected for what is no XML."""
    user = _first(parsed(body), "UserResponse")
    if user is None:
        return None
    code, target = _text(user, "ErrorCode"), _text(user, "RedirectTarget")
    if code in _REDIRECTS and target:
        return AskThere(target) if code == "RedirectUrl" else AskFor(target)
    settings = {_text(one, "Name"): _text(one, "Value") for one in user.iter() if local(one) == "UserSetting"}
    url = settings.get("ExternalEwsUrl") or settings.get("InternalEwsUrl")
    return Found(url) if url else None


def pox_answer(body: bytes) -> Told:
    """Return what a POX response says. Raises Rejected for what is no XML."""
    account = _first(parsed(body), "Account")
    if account is None:
        return None
    action = _text(account, "Action").casefold()
    if action == "redirecturl":
        return AskThere(_text(account, "RedirectUrl"))
    if action == "redirectaddr":
        return AskFor(_text(account, "RedirectAddr"))
    urls = {_text(one, "Type"): _text(one, "EwsUrl") for one in account if local(one) == "Protocol"}
    url = urls.get("EXPR") or urls.get("EXHTTP") or urls.get("EXCH")  # from outside the network before inside
    return Found(url) if url else None


def _first(root: Element, name: str) -> Element | None:
    return next((one for one in root.iter() if local(one) == name), None)


def _text(parent: Element, name: str) -> str:
    found = next((one for one in parent if local(one) == name), None)
    return (found.text or "").strip() if found is not None else ""
