"""Port numbers for a sandbox of a test's own."""

import random
from dataclasses import astuple

from sandbox.ports import Ports
from sandbox.processes import is_free

_BASES = range(20_000, 32_000, 100)  # below what the kernel hands out to outgoing connections


def free_base() -> int:
    """Return a PORT_BASE none of whose ports is taken now."""
    return next(base for base in random.sample(_BASES, len(_BASES)) if all(map(is_free, astuple(Ports.moved(base)))))
