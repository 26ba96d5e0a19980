"""A refusal in a provider's own words: each provider says how its body looks."""

from abc import ABC, abstractmethod
from typing import Any


def retry_after(seconds: int | None) -> dict[str, str]:
    """Return the header that says when to come again; none where `seconds` is None."""
    return {} if seconds is None else {"Retry-After": str(seconds)}


class ProviderError(Exception, ABC):
    """An error answer of a provider's API."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        """`headers` go with the answer, e.g. `Retry-After`."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}

    @abstractmethod
    def body(self) -> dict[str, Any]:
        """Return the JSON body of the answer."""
