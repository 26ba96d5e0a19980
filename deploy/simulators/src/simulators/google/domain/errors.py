"""Google's error answers: status, reason and body exactly as the API words them (error guide)."""

from typing import Any

from simulators.frame.domain.errors import ProviderError

_STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    501: "UNIMPLEMENTED",
}


class GoogleError(ProviderError):
    """An error answer; `body()` is its JSON."""

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        *,
        domain: str = "global",
        location: tuple[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """`location` is (locationType, location)."""
        super().__init__(status, message, headers)
        self.reason = reason
        self.domain = domain
        self.location = location

    def body(self) -> dict[str, Any]:
        """The JSON body of the error guide."""
        entry: dict[str, Any] = {
            "domain": self.domain,
            "reason": self.reason,
            "message": self.message,
        }
        if self.location:
            entry["locationType"], entry["location"] = self.location
        error: dict[str, Any] = {"errors": [entry], "code": self.status, "message": self.message}
        if self.reason == "badRequest" and self.status in _STATUS_NAMES:
            error["status"] = _STATUS_NAMES[self.status]
        return {"error": error}


def invalid(message: str) -> GoogleError:
    """400 `invalid`: a value Google does not take."""
    return GoogleError(400, "invalid", message)


def required(message: str) -> GoogleError:
    """400 `required`: something is missing."""
    return GoogleError(400, "required", message)


def bad_request(message: str) -> GoogleError:
    """400 `badRequest`: the request does not fit the method's description."""
    return GoogleError(400, "badRequest", message)


def invalid_parameter(name: str, message: str) -> GoogleError:
    """400 `invalidParameter` that names the query parameter."""
    return GoogleError(400, "invalidParameter", message, location=("parameter", name))


def time_range_empty() -> GoogleError:
    """400: the end is not after the start."""
    return GoogleError(400, "timeRangeEmpty", "The specified time range is empty.", domain="calendar")


def unauthorized() -> GoogleError:
    """401: the access token is missing, expired or revoked."""
    return GoogleError(
        401,
        "authError",
        "Invalid Credentials",
        location=("header", "Authorization"),
        headers={"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'},
    )


def insufficient_permissions() -> GoogleError:
    """403: the token's scopes do not allow the call."""
    return GoogleError(
        403,
        "insufficientPermissions",
        "Insufficient Permission: Request had insufficient authentication scopes.",
    )


def writer_required() -> GoogleError:
    """403: the calendar is only readable."""
    return GoogleError(
        403,
        "requiredAccessLevel",
        "You need to have writer access to this calendar.",
        domain="calendar",
    )


def not_organizer() -> GoogleError:
    """403: a guest changed what only the organizer may."""
    return GoogleError(
        403,
        "forbiddenForNonOrganizer",
        "Shared properties can only be changed by the organizer of the event.",
        domain="calendar",
    )


def not_found() -> GoogleError:
    """404: there is none, or it is not visible."""
    return GoogleError(404, "notFound", "Not Found")


def duplicate() -> GoogleError:
    """409: the id is taken, also by a deleted event."""
    return GoogleError(409, "duplicate", "The requested identifier already exists.")


def deleted() -> GoogleError:
    """410: deleted before."""
    return GoogleError(410, "deleted", "Resource has been deleted")


def full_sync_required() -> GoogleError:
    """410: the sync token is worth nothing any more."""
    return GoogleError(
        410,
        "fullSyncRequired",
        "Sync token is no longer valid, a full sync is required.",
        domain="calendar",
        location=("parameter", "syncToken"),
    )


def updated_min_too_long_ago() -> GoogleError:
    """410: `updatedMin` lies before what Google remembers."""
    return GoogleError(
        410,
        "updatedMinTooLongAgo",
        "The requested minimum modification time lies too far in the past.",
        domain="calendar",
        location=("parameter", "updatedMin"),
    )


def condition_not_met() -> GoogleError:
    """412: the etag of If-Match is not the present one."""
    return GoogleError(412, "conditionNotMet", "Precondition Failed", location=("header", "If-Match"))


def push_not_supported() -> GoogleError:
    """400: this calendar cannot be watched (holidays, birthdays)."""
    return GoogleError(
        400,
        "pushNotSupportedForRequestedResource",
        "Push notifications are not supported by this resource.",
    )
