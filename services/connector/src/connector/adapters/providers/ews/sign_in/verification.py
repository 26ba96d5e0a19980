"""Verifies a login: finds the server, signs in once, and looks whether the account has a calendar (A4)."""

from dataclasses import dataclass, replace
from typing import Final
from xml.sax.saxutils import escape

from chassis.errors import Rejected, Transient
from connector.adapters.providers.ews.errors import failure
from connector.adapters.providers.ews.sign_in.addresses import ews_url
from connector.adapters.providers.ews.sign_in.autodiscover import Search
from connector.adapters.providers.ews.sign_in.visits import Visits
from connector.adapters.providers.ews.transport.line import Line, MakeAdapter
from connector.adapters.providers.ews.transport.services import FindServices
from connector.adapters.providers.ews.transport.statuses import Redirected
from connector.adapters.providers.ews.untrusted_xml import MESSAGES, SOAP, TYPES, Element, local, parsed
from connector.adapters.providers.wire import broken_answer
from connector.domain.provider.login import Candidate, Login

_REDIRECTS: Final = 3
_GET_CALENDARS: Final = (
    f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{SOAP}" xmlns:m="{MESSAGES}" xmlns:t="{TYPES}">'
    '<s:Header><t:RequestServerVersion Version="Exchange2013"/></s:Header><s:Body><m:GetFolder>'
    "<m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>"
    '<m:FolderIds><t:DistinguishedFolderId Id="calendar"/><t:DistinguishedFolderId Id="calendar"><t:Mailbox>'
    "<t:EmailAddress>{email}</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId></m:FolderIds></m:GetFolder>"
    "</s:Body></s:Envelope>"
)
"""Asks for the calendar of who signs in, and for that of the address: they must be the same."""


@dataclass(frozen=True)
class Verification:
    """Verifies logins at servers of which nothing is known; blocks, so it runs in a thread."""

    make_adapter: MakeAdapter
    find_services: FindServices

    def verified(self, candidate: Candidate, line: Line) -> Login:
        """Return the login with the server's address, its way to sign in, and its version.

        Raises NeedsReauth (wrong password), CalendarUnavailable (no mailbox, Exchange Online), ServerNotAllowed,
        Transient (`certificate_invalid` or no answer of EWS), and Rejected for an address that is none
        (`validation_error`) or somebody else's (`account_mismatch`).
        """
        visits = Visits(self.make_adapter, line)
        login = Login(candidate.email, candidate.username, candidate.password, "", "ntlm")
        given = candidate.server_url
        url = ews_url(given) if given else Search(visits, self.find_services).ews_url(login)
        return _at_calendar(visits, replace(login, server_url=url))


def _at_calendar(visits: Visits, login: Login) -> Login:
    """Sign in and ask for the calendar, wherever the server sends us."""
    request = _GET_CALENDARS.format(email=escape(login.email)).encode()
    for _ in range(_REDIRECTS):
        try:
            body, scheme = visits.answered(login, login.server_url, request)
        except Redirected as error:
            login = replace(login, server_url=error.target)
            continue
        root = _read(body)
        _check_calendars(root, login.email)
        return replace(login, auth=scheme, version=_version(root))
    raise Transient("redirected", "the server sends us from one address to the next")


def _read(body: bytes) -> Element:
    try:
        return parsed(body, longest=16 * 1024 * 1024)
    except Rejected as error:
        raise broken_answer("what answers there is no Exchange server") from error


def _check_calendars(root: Element, email: str) -> None:
    """Raise what stands in the way, or Rejected where the address is not the mailbox's of who signed in."""
    codes = [code for one in root.iter() if (code := _code(one))]
    if not codes:
        raise broken_answer("what answers there is no Exchange server")
    if codes[0] != "NoError":
        message = next((one.text or "" for one in root.iter() if local(one) in {"MessageText", "faultstring"}), "")
        raise failure(codes[0], message, target="calendar")
    folders = {one.get("Id") for one in root.iter() if local(one) == "FolderId"}
    if any(code != "NoError" for code in codes) or len(folders) != 1:
        raise Rejected("account_mismatch", f"the mailbox of who signed in is not {email}")


def _code(element: Element) -> str | None:
    """Return the response code that a message or a fault tells; a message that succeeded need tell none."""
    if element.get("ResponseClass") == "Success":
        return "NoError"
    told = local(element) == "ResponseCode" and element.text != "NoError"
    return element.text or "" if told else None


def _version(root: Element) -> str | None:
    told = next((one for one in root.iter() if local(one) == "ServerVersionInfo"), None)
    if told is None:
        return None
    parts = [told.get(name) for name in ("MajorVersion", "MinorVersion", "MajorBuildNumber", "MinorBuildNumber")]
    known = [str(part) for part in parts if part]
    return ".".join(known) if len(known) == len(parts) else None
