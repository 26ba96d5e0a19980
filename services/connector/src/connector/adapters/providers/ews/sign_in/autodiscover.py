"""Autodiscover: the EWS address for an e-mail address, by SOAP, then POX, then the DNS's word for another host.

exchangelib's own asks plain http too, follows whatever it is told, and tries the password at each address; a wrong one
would lock the account. Here every address passes the gate, and the first server that refuses the login ends the search.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from chassis.errors import Rejected, Transient
from connector.adapters.providers.ews.sign_in.addresses import autodiscover_hosts, domain_of
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
from connector.adapters.providers.ews.sign_in.visits import UNSUPPORTED, Visits
from connector.adapters.providers.ews.transport.addresses import ServerNotAllowed, check_not_online
from connector.adapters.providers.ews.transport.services import FindServices
from connector.adapters.providers.ews.transport.statuses import Redirected
from connector.domain.provider.errors import CalendarUnavailable
from connector.domain.provider.login import Login

_HOPS: Final = 5
_TELLING: Final = {"certificate_invalid", "server_not_allowed", UNSUPPORTED}
"""What is told of a server that was of no use; that one does not answer is the usual case."""


@dataclass(frozen=True)
class _Service:
    path: str
    request: Callable[[str, str], bytes]
    """Makes the request from the e-mail address and the service's own address."""
    read: Callable[[bytes], Told]


_SERVICES = (
    _Service("/autodiscover/autodiscover.svc", soap_request, soap_answer),
    _Service("/autodiscover/autodiscover.xml", pox_request, pox_answer),
)


@dataclass
class Search:
    """One search for one mailbox."""

    visits: Visits
    find_services: FindServices
    trouble: Transient | None = None

    def ews_url(self, login: Login) -> str:
        """Return the EWS address.

        Raises NeedsReauth, IsExchangeOnline (also where a mailbox was moved there), ServerNotAllowed, Transient.
        """
        email = login.email
        for _ in range(_HOPS):
            told = self._ask_all(login, email)
            if isinstance(told, Found):
                return told.url
            email = told.email
            check_not_online(domain_of(email))
        raise Transient("not_found", f"Autodiscover sends us in circles for {login.email}: give the server's address")

    def _ask_all(self, login: Login, email: str) -> Found | AskFor:
        for host in self._hosts(domain_of(email)):
            for service in _SERVICES:
                told = self._ask(login, email, f"https://{host}{service.path}", service)
                if told:
                    return told
        raise self.trouble or Transient("not_found", f"no Exchange server was found for {email}: give its address")

    def _hosts(self, domain: str) -> Iterator[str]:
        yield from autodiscover_hosts(domain)
        for host, port in self.find_services(f"_autodiscover._tcp.{domain}"):
            yield host if port == 443 else f"{host}:{port}"

    def _ask(self, login: Login, email: str, url: str, service: _Service) -> Found | AskFor | None:
        """Return what a service says, wherever it sends us; None where it is of no use."""
        for _ in range(_HOPS):
            try:
                body, _scheme = self.visits.answered(login, url, service.request(email, url))
                told = service.read(body)
            except Redirected as error:
                told = AskThere(error.target)
            except Transient as error:
                self._note(error)
                return None
            except (Rejected, CalendarUnavailable) as error:
                if isinstance(error, CalendarUnavailable) and error.code == "exchange_online":
                    raise
                return None
            if not isinstance(told, AskThere):
                return told
            url = told.url
        return None

    def _note(self, error: Transient) -> None:
        if error.code in _TELLING or isinstance(error, ServerNotAllowed):
            self.trouble = self.trouble or error
