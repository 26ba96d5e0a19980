"""Graph's error answers: status, code and body (providers/graph.md 2.4; resources/errors of the reference)."""

from simulators.frame.domain.errors import retry_after
from simulators.frame.store.errors import StoreError


class GraphError(StoreError):
    """An error answer that only Graph has; what the store refuses is a `StoreError`."""


def unauthorized(message: str = "Access token has expired or is not yet valid.") -> GraphError:
    """401: the access token is missing, expired or revoked."""
    return GraphError(401, "InvalidAuthenticationToken", message, {"WWW-Authenticate": 'Bearer realm=""'})


def invalid_parameter(name: str, value: str) -> GraphError:
    """400 that names the query parameter and its value."""
    message = f"The value '{value}' of parameter '{name}' is invalid."
    return GraphError(400, "ErrorInvalidParameter", message)


def bad_request(message: str) -> GraphError:
    """400 of the gateway."""
    return GraphError(400, "BadRequest", message)


def unknown_segment(name: str) -> GraphError:
    """400: the path names nothing."""
    return bad_request(f"Resource not found for the segment '{name}'.")


def sync_state_gone(location: str | None = None) -> GraphError:
    """410: the delta token is worth nothing any more; `Location` starts a new round."""
    headers = {"Location": location} if location else None
    message = "The sync state generation is not found; continue with a full synchronization."
    return GraphError(410, "SyncStateNotFound", message, headers)


def bad_token() -> GraphError:
    """400: a token that is none (pasted, encoded twice)."""
    return GraphError(400, "BadRequest", "Badly formed token.")


def throttled(seconds: int | None, message: str) -> GraphError:
    """429 with `Retry-After` in seconds; None: without one."""
    return GraphError(429, "ApplicationThrottled", message, retry_after(seconds))
