"""What HTTP tells of an Exchange server's trouble, sorted before exchangelib sees it.

exchangelib takes a 401 beside `Connection: close` for a busy server, drops `Retry-After` and `BackOffMilliseconds`,
and knows no 429, 502 or 504 (providers/ews.md 3.6). So whatever is no answer of EWS ends here, as an error of ours.
"""

import re
import ssl
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urljoin

import requests
from urllib3.exceptions import NameResolutionError, ProtocolError, ReadTimeoutError

from chassis.errors import TandemError
from connector.adapters.providers.ews.transport.addresses import AddressPolicy
from connector.adapters.providers.wire import retry_after
from connector.domain.provider.errors import CalendarUnavailable, NeedsReauth, Throttled, Transient

OK, UNAUTHORIZED, FORBIDDEN, TOO_MANY = 200, 401, 403, 429
_REDIRECTS = (301, 302, 303, 307, 308)
_BACK_OFF = re.compile(rb'Name="BackOffMilliseconds"[^>]*>\s*(\d{1,9})\s*<')
_READS = re.compile(
    rb"Body>\s*<(?:\w+:)?(?:GetFolder|FindFolder|FindItem|GetItem|SyncFolderItems|ResolveNames|GetServerTimeZones)\b"
)
_NTLM: Final = re.compile(r"(?:NTLM|Negotiate)\s+(\S+)", re.IGNORECASE)
_AUTHENTICATE = b"NTLMSSP\x00\x03"
_REFUSED = (
    "the server refused the user name or the password (or, where both are right, something between us and the server "
    "ends TLS while Extended Protection is on)"
)


class HandshakeRefused(NeedsReauth):
    """The server did not go on with NTLM's handshake, so the password was never judged."""

    def __init__(self) -> None:
        words = "the server did not go on with the sign-in by NTLM: it may take Kerberos alone, which we do not speak"
        super().__init__("login_refused", words)


class Redirected(Transient):
    """The server answers at another address, which may be called."""

    def __init__(self, target: str) -> None:
        super().__init__("redirected", "the server sends us to another address: connect again")
        self.target = target


def is_soap(response: requests.Response) -> bool:
    """Tell whether a body is EWS's, whatever its status: a fault comes with 500."""
    return b"Envelope" in response.content[:4096]


def is_read(request: requests.PreparedRequest) -> bool:
    """Tell whether a request changes nothing, so that it may be sent twice."""
    body = request.body
    return isinstance(body, bytes) and _READS.search(body[:8192]) is not None


def handshake_step(headers: Mapping[str, str]) -> bytes | None:
    """Return the NTLM message that a request bears, None where it bears none."""
    found = _NTLM.match(headers.get("Authorization", ""))
    return b64decode(found.group(1)) if found else None


def bears_proof(request: requests.PreparedRequest) -> bool:
    """Tell whether a request bears what proves the password: Basic's own, or NTLM's third message."""
    step = handshake_step(request.headers)
    if step is None:
        return "Authorization" in request.headers
    return _AUTHENTICATE in step


def back_off(response: requests.Response) -> float | None:
    """Return the seconds for which EWS asks to be left alone; it may do so in any answer, with any status."""
    found = _BACK_OFF.search(response.content)
    return int(found.group(1)) / 1000 if found else retry_after(_lower(response))


def _lower(response: requests.Response) -> Mapping[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def refusal(response: requests.Response, policy: AddressPolicy) -> TandemError | None:
    """Return what is wrong with an answer; None for one that EWS gave, be it an error of its own."""
    status = response.status_code
    if status == OK or (status >= 500 and is_soap(response)):
        return None
    wait = retry_after(_lower(response))
    if status == TOO_MANY or (status >= 500 and wait is not None):
        return Throttled(f"http_{status}", "the server asks for fewer calls", retry_after=wait)
    if status == UNAUTHORIZED:
        return _refused(response)
    if status == FORBIDDEN:
        return CalendarUnavailable("forbidden", "the server does not let this account use Exchange Web Services")
    if status in _REDIRECTS:
        return _redirected(response, policy)
    return Transient(f"http_{status}", f"the server answered with status {status}", retry_after=wait)


def _refused(response: requests.Response) -> NeedsReauth:
    if b"currently locked out" in response.content:
        return NeedsReauth("account_locked", "the account is locked out after too many wrong passwords")
    return NeedsReauth("login_refused", _REFUSED)


def _redirected(response: requests.Response, policy: AddressPolicy) -> TandemError:
    """Return Exchange Online's error where a mailbox was moved there; others only a sign-in follows."""
    target = urljoin(str(response.url), response.headers.get("Location", ""))
    try:
        policy.check_url(target)
    except TandemError as error:
        return error
    return Redirected(target)


def failure(error: requests.RequestException) -> TandemError:
    """Return our error where there was no answer, or only a part of one."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Transient("certificate_invalid", f"the server's certificate is not valid: {cause.verify_message}")
    if isinstance(error, requests.Timeout) or any(isinstance(cause, ReadTimeoutError) for cause in causes):
        return Transient("timeout", "the server did not answer in time")
    if any(isinstance(cause, NameResolutionError) for cause in causes):
        return Transient("connection_failed", "the server's name is not known")
    if isinstance(error, requests.exceptions.SSLError):
        return Transient("connection_failed", "no encrypted connection with the server came about")
    return Transient("connection_failed", "the server could not be reached")


def is_broken(error: requests.RequestException) -> bool:
    """Tell whether a connection broke under a call, which may have arrived."""
    return isinstance(error, requests.exceptions.ChunkedEncodingError) or any(
        isinstance(cause, ProtocolError) for cause in _causes(error)
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that it stands for: requests and urllib3 wrap errors as arguments and as reasons."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]
