"""Services that the DNS names (RFC 2782)."""

from collections.abc import Callable, Iterable
from typing import Final

_SECONDS: Final = 3.0

FindServices = Callable[[str], Iterable[tuple[str, int]]]
"""Returns the hosts and ports of a service, the preferred first."""


def find_services(name: str) -> Iterable[tuple[str, int]]:
    """Ask the name servers for a service; nothing where they know none or do not answer."""
    import dns.exception  # noqa: PLC0415 - loaded only where a server is looked for
    import dns.resolver  # noqa: PLC0415

    try:
        records = dns.resolver.resolve(name, "SRV", lifetime=_SECONDS)
    except dns.exception.DNSException:
        return []
    known = sorted(records, key=lambda record: (record.priority, -record.weight))
    return [(str(record.target).rstrip("."), record.port) for record in known]
