"""Which servers may be called: a user names the server, so it must not be one of ours (SSRF, OWASP A10:2021).

Only https and only public addresses, but for the hosts that the operator allows. The address that counts is the one
that is connected to: a name may resolve to another one a moment later.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from chassis.errors import NeedsOperator
from connector.domain.provider.errors import CalendarUnavailable

_Address = IPv4Address | IPv6Address

_NAT64 = IPv6Network("64:ff9b::/96")
_ONLINE = (
    "hotmail.com",
    "live.com",
    "microsoftonline.com",
    "office.com",
    "office365.com",
    "office365.us",
    "onmicrosoft.com",
    "onmicrosoft.us",
    "outlook.cn",
    "outlook.com",
    "outlook.de",
    "webmail.apps.mil",
)
"""Where Exchange Online and Outlook.com answer, in all clouds."""


class ServerNotAllowed(NeedsOperator):
    """The server may not be called from here, unless an operator allows its host."""


class IsExchangeOnline(CalendarUnavailable):
    """The mailbox is at Exchange Online, where EWS is switched off (A2)."""

    def __init__(self, host: str) -> None:
        words = "that mailbox is at Exchange Online, which is not reached by EWS: connect it as office365 (or outlook)"
        super().__init__("exchange_online", f"{host}: {words}")


@dataclass(frozen=True)
class AddressPolicy:
    """What may be called; `allowed` are hosts of which everything may be, in lower case."""

    allowed: frozenset[str]

    def check_url(self, url: str) -> None:
        """Raise ServerNotAllowed or IsExchangeOnline for an address that must not be called."""
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        check_not_online(host)
        if parts.scheme != "https" and not (parts.scheme == "http" and host in self.allowed):
            raise ServerNotAllowed("server_not_allowed", f"only https is allowed, which {host or 'this'} is not")

    def permitted(self, host: str, addresses: Iterable[str]) -> list[str]:
        """Return those of a host's addresses that may be connected to. Raises ServerNotAllowed where none may."""
        found = list(addresses)
        good = found if host.casefold().rstrip(".") in self.allowed else [one for one in found if is_public(one)]
        if found and not good:
            words = f"{host} is in a private network: an operator can allow it (TANDEM_EXCHANGE_ALLOWED_HOSTS)"
            raise ServerNotAllowed("server_not_allowed", words)
        return good


def check_not_online(host: str) -> None:
    """Raise IsExchangeOnline for a host of Microsoft's cloud."""
    name = host.casefold().rstrip(".")
    if any(name == one or name.endswith(f".{one}") for one in _ONLINE):
        raise IsExchangeOnline(name)


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the public internet, also where it is packed into another."""
    return all(
        one.is_global and not (one.is_multicast or one.is_reserved or one.is_unspecified)
        for one in _unpacked(ip_address(address.partition("%")[0]))
    )


def _unpacked(address: _Address) -> list[_Address]:
    """Return the address, or the IPv4 address that it stands for (mapped, 6to4, Teredo, NAT64)."""
    if isinstance(address, IPv4Address):
        return [address]
    inner: list[_Address | None] = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        inner.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in inner if one is not None] or [address]
