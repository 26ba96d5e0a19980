"""Single requests to a server of which nothing is known yet: what it asks for, and whether it takes a login."""

import re
from dataclasses import dataclass, replace

import requests

from connector.adapters.providers.ews.transport.authentication import authentication
from connector.adapters.providers.ews.transport.line import Line, MakeAdapter
from connector.adapters.providers.ews.transport.statuses import UNAUTHORIZED, HandshakeRefused
from connector.adapters.providers.wire import broken_answer
from connector.domain.provider.errors import NeedsReauth, Transient
from connector.domain.provider.login import Login, Scheme

_WORD = re.compile(r"(?:^|,)\s*([A-Za-z]+)(?=\s|,|$)")
_HEADERS = {"Content-Type": "text/xml; charset=utf-8", "User-Agent": "Tandem"}


UNSUPPORTED = "unsupported_sign_in"
"""The code of a server that asks for what we do not speak: whether the password is right, nobody knows."""


def _schemes(offered: set[str]) -> tuple[Scheme, ...]:
    """Return the ways to sign in that a server offers, the safer first. Raises Transient where we speak none."""
    found: list[Scheme] = []
    if offered & {"ntlm", "negotiate"}:  # Negotiate takes NTLM, too, unless its server was set to Kerberos alone
        found.append("ntlm")
    if "basic" in offered:
        found.append("basic")
    if not found:
        raise Transient(UNSUPPORTED, "the server offers neither NTLM nor Basic authentication")
    return tuple(found)


@dataclass(frozen=True)
class Visits:
    """Visits servers, each time on a new connection: NTLM signs a connection in, and who comes after is signed in."""

    make_adapter: MakeAdapter
    line: Line

    def _offered(self, url: str, body: bytes) -> set[str]:
        """Return the words of the ways to sign in that a server offers, in lower case."""
        answer = self._post(url, body, None)
        if answer.status_code != UNAUTHORIZED:
            raise broken_answer("the server asks for no sign-in, so it is no Exchange server")
        return {word.lower() for word in _WORD.findall(answer.headers.get("WWW-Authenticate", ""))}

    def answered(self, login: Login, url: str, body: bytes) -> tuple[bytes, Scheme]:
        """Return the answer to a request with a login, and the way to sign in that the server took.

        Where NTLM is refused, Basic is tried once, if it is offered: behind a proxy that ends TLS, only that works. So
        a wrong password is tried twice at most. Raises NeedsReauth; Transient where the server takes Kerberos alone.
        """
        words = self._offered(url, body)
        offered = _schemes(words)
        for scheme in offered[:-1]:
            try:
                return self.signed_in(replace(login, auth=scheme), url, body), scheme
            except NeedsReauth as error:
                if error.code != "login_refused":
                    raise
        try:
            return self.signed_in(replace(login, auth=offered[-1]), url, body), offered[-1]
        except HandshakeRefused as error:
            if words & {"ntlm", "basic"}:
                raise
            raise Transient(
                UNSUPPORTED, "the server offers Kerberos alone (Negotiate), which we do not speak"
            ) from error

    def signed_in(self, login: Login, url: str, body: bytes) -> bytes:
        """Return the answer to a request with a login. Raises NeedsReauth where it is refused."""
        answer = self._post(url, body, login)
        if answer.status_code == UNAUTHORIZED:
            raise HandshakeRefused
        return answer.content

    def _post(self, url: str, body: bytes, login: Login | None) -> requests.Response:
        adapter = self.make_adapter(self.line)
        with requests.Session() as session:
            session.trust_env = False
            for prefix in ("https://", "http://"):
                session.mount(prefix, adapter)
            auth = authentication(login) if login else None
            try:
                return session.post(url, data=body, headers=_HEADERS, auth=auth, allow_redirects=False)
            except requests.RequestException as error:
                raise broken_answer("the server's answer could not be read") from error
