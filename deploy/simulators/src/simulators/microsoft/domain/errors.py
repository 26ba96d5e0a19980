"""Graph's error answers: status, code and body (providers/graph.md 2.4; resources/errors of the reference)."""

from typing import Any

from simulators.frame.domain.errors import ProviderError, retry_after


class GraphError(ProviderError):
    """An error answer; `body()` is its JSON without what only the edge knows (`innerError`)."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        """`code` is Graph's or Exchange's word."""
        super().__init__(status, message, headers)
        self.code = code

    def body(self, inner: dict[str, str] | None = None) -> dict[str, Any]:
        """The JSON body."""
        return {"error": {"code": self.code, "message": self.message, "innerError": inner or {}}}


def item_not_found() -> GraphError:
    """404: there is none, it is gone, or its id belongs to another folder."""
    return GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def bad_id() -> GraphError:
    """400: no id of Exchange's."""
    return GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.")


def access_denied() -> GraphError:
    """403: not allowed, or only readable."""
    return GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def unauthorized(message: str = "Access token has expired or is not yet valid.") -> GraphError:
    """401: the access token is missing, expired or revoked."""
    return GraphError(401, "InvalidAuthenticationToken", message, {"WWW-Authenticate": 'Bearer realm=""'})


def invalid_request(message: str) -> GraphError:
    """400 `ErrorInvalidRequest`."""
    return GraphError(400, "ErrorInvalidRequest", message)


def invalid_parameter(name: str, value: str) -> GraphError:
    """400 that names the query parameter and its value."""
    message = f"The value '{value}' of parameter '{name}' is invalid."
    return GraphError(400, "ErrorInvalidParameter", message)


def validation_failed(message: str) -> GraphError:
    """400 `ErrorPropertyValidationFailure`."""
    return GraphError(400, "ErrorPropertyValidationFailure", message)


def unreadable(message: str) -> GraphError:
    """400 `RequestBodyRead`: the body does not fit the type."""
    return GraphError(400, "RequestBodyRead", message)


def bad_request(message: str) -> GraphError:
    """400 of the gateway."""
    return GraphError(400, "BadRequest", message)


def unknown_segment(name: str) -> GraphError:
    """400: the path names nothing."""
    return bad_request(f"Resource not found for the segment '{name}'.")


def irresolvable_conflict() -> GraphError:
    """412: the change key of If-Match is not the present one."""
    message = (
        "The send or update operation could not be performed because the change key passed in the request "
        "does not match the current change key for the item."
    )
    return GraphError(412, "ErrorIrresolvableConflict", message)


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
