"""Port numbers for a sandbox of a test's own."""

import random
import socket
from dataclasses import astuple

from sandbox.ports import Ports
from sandbox.processes import is_free

_BASES = range(20_000, 32_000, 100)  # below what the kernel hands out to outgoing connections
_CLAIMS: list[socket.socket] = []


def free_base() -> int:
    """Return a PORT_BASE none of whose ports is taken now, and that no other run of tests takes while this one lasts.

    The base itself is the start page's, which tests do without; holding it keeps another run from choosing the same
    before ours are listened on.
    """
    bases = random.sample(_BASES, len(_BASES))
    return next(base for base in bases if _claimed(base) and all(map(is_free, _needed(base))))


def with_start_page(base: int) -> int:
    """Let go of the port of the start page, for who runs one; return the base."""
    for claim in _CLAIMS:
        if claim.fileno() >= 0 and claim.getsockname()[1] == base:
            claim.close()
    return base


def _needed(base: int) -> set[int]:
    return set(astuple(Ports.moved(base))) - {base}


def _claimed(base: int) -> bool:
    claim = socket.socket()
    try:
        claim.bind(("127.0.0.1", base))
    except OSError:
        claim.close()
        return False
    _CLAIMS.append(claim)
    return True
