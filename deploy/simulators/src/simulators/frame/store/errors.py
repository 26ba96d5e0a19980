"""What an Exchange store refuses, in its own words: Graph shows them with a status, EWS as a response code."""

from typing import Any

from simulators.frame.domain.errors import ProviderError


class StoreError(ProviderError):
    """A refusal; `body()` is Graph's JSON of it, without what only the edge knows (`innerError`)."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        """`code` is Exchange's word, `status` what Graph makes of it."""
        super().__init__(status, message, headers)
        self.code = code

    def body(self, inner: dict[str, str] | None = None) -> dict[str, Any]:
        """Return the JSON body."""
        return {"error": {"code": self.code, "message": self.message, "innerError": inner or {}}}


def item_not_found() -> StoreError:
    """404: there is none, it is gone, or its id belongs to another folder."""
    return StoreError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def bad_id() -> StoreError:
    """400: no id of Exchange's."""
    return StoreError(400, "ErrorInvalidIdMalformed", "Id is malformed.")


def access_denied() -> StoreError:
    """403: not allowed, or only readable."""
    return StoreError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def invalid_request(message: str) -> StoreError:
    """400 `ErrorInvalidRequest`."""
    return StoreError(400, "ErrorInvalidRequest", message)


def validation_failed(message: str) -> StoreError:
    """400 `ErrorPropertyValidationFailure`."""
    return StoreError(400, "ErrorPropertyValidationFailure", message)


def unreadable(message: str) -> StoreError:
    """400 `RequestBodyRead`: the body does not fit the type."""
    return StoreError(400, "RequestBodyRead", message)


def irresolvable_conflict() -> StoreError:
    """412: the change key of the request is not the present one."""
    message = (
        "The send or update operation could not be performed because the change key passed in the request "
        "does not match the current change key for the item."
    )
    return StoreError(412, "ErrorIrresolvableConflict", message)
