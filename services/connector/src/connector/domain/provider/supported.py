"""Which providers can be connected at all (A2, A3)."""

from collections.abc import Container
from typing import get_args

from chassis.errors import Rejected
from contracts.connections import Provider

SUPPORTED: tuple[Provider, ...] = get_args(Provider)


def check_provider(name: str, configured: Container[str]) -> Provider:
    """Return the provider; Rejected where it is none of ours (A3), or not configured in this installation."""
    if name in {"imap", "pop"}:
        raise Rejected("unsupported_provider", f"{name} is not supported; supported are {', '.join(SUPPORTED)}")
    if name not in SUPPORTED:
        raise Rejected("validation_error", f"provider must be one of {', '.join(SUPPORTED)}")
    if name not in configured:
        raise Rejected("provider_unavailable", f"{name} cannot be connected in this installation")
    return name
