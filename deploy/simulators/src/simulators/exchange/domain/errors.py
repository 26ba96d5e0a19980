"""EWS's refusals: a ResponseCode with a text, for one item of an answer or, as a SOAP fault, for the whole request.

`EwsError` raised inside `responses.each` becomes that item's error message in an answer of HTTP 200; raised anywhere
else, and `FaultError` always, it is a SOAP fault with HTTP 500. The control API answers it as JSON with `status`.
"""

from collections.abc import Mapping
from typing import Any

from simulators.frame.domain.errors import ProviderError
from simulators.frame.store.errors import StoreError

# What the store calls otherwise than EWS does.
_OF_STORE = {
    "TimeZoneNotSupportedException": "ErrorTimeZone",
    "ErrorPropertyValidationFailure": "ErrorInvalidPropertySet",
    "RequestBodyRead": "ErrorInvalidPropertySet",
}


class EwsError(ProviderError):
    """A refusal. `code`: a ResponseCode of the schema; `values`: what its MessageXml holds, by name."""

    def __init__(self, code: str, message: str, values: Mapping[str, str] | None = None, *, status: int = 400) -> None:
        """`status` is for the control API; EWS itself says everything in the body."""
        super().__init__(status, message)
        self.code = code
        self.values = dict(values or {})

    def body(self) -> dict[str, Any]:
        """Return the control API's body."""
        return {"error": {"code": self.code, "message": self.message}}


class FaultError(EwsError):
    """A refusal of the whole request."""


def of_store(error: StoreError) -> EwsError:
    """Return what EWS makes of the store's refusal."""
    return EwsError(_OF_STORE.get(error.code, error.code), error.message, status=error.status)


def item_not_found() -> EwsError:
    """Return: there is none, it is gone, or its id belongs to another folder."""
    return EwsError("ErrorItemNotFound", "The specified object was not found in the store.", status=404)


def folder_not_found() -> EwsError:
    """Return: the mailbox has no such folder."""
    return EwsError("ErrorFolderNotFound", "The specified folder could not be found in the store.", status=404)


def malformed_id() -> EwsError:
    """Return: no id of Exchange's."""
    return EwsError("ErrorInvalidIdMalformed", "Id is malformed.")


def access_denied() -> EwsError:
    """Return: not allowed."""
    return EwsError("ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def irresolvable_conflict() -> EwsError:
    """Return: the change key is not the present one, and the client wants nothing to be overwritten."""
    message = (
        "The send or update operation could not be performed because the change key passed in the request "
        "does not match the current change key for the item."
    )
    return EwsError("ErrorIrresolvableConflict", message)


def invalid_property(path: str) -> EwsError:
    """Return: this property cannot have that value; `path` is its field URI."""
    return EwsError("ErrorInvalidPropertySet", f"Set action is invalid for property {path}.")


def schema_violation(problem: str) -> FaultError:
    """Return the fault for a request that the schema does not allow."""
    message = f"The request failed schema validation: {problem}"
    return FaultError("ErrorSchemaValidation", message, {"LineNumber": "1", "LinePosition": "1", "Violation": problem})


def server_busy(milliseconds: int | None) -> EwsError:
    """Return: throttled; `BackOffMilliseconds` is there only when `milliseconds` is."""
    values = {} if milliseconds is None else {"BackOffMilliseconds": str(milliseconds)}
    return EwsError("ErrorServerBusy", "The server cannot service this request right now. Try again later.", values)
