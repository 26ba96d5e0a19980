"""Lists over HTTP: `{"items": [...], "next_cursor": ...}` with opaque cursors that hold a position, not an offset."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from chassis.web.problems import FieldError, Problem, unprocessable

T = TypeVar("T")
P = TypeVar("P", bound=tuple[object, ...])

DEFAULT_LIMIT = 100
MAX_LIMIT = 500

LimitQuery = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
"""Use as `limit: LimitQuery = DEFAULT_LIMIT`."""
CursorQuery = Annotated[str | None, Query(max_length=2000)]
"""Use as `cursor: CursorQuery = None`, then `decode` of the list's `Cursor`."""


class Page(BaseModel, Generic[T]):
    """One page of a list; `next_cursor` is null on the last."""

    items: list[T]
    next_cursor: str | None = None


class Cursor(Generic[P]):
    """How one list writes the position of its last item into `next_cursor`, and reads it back.

    A list declares its name and what its positions are made of, once. Whoever asks may send anything: what is not a
    position of this list, value by value and type by type, is 422; a position of another list is, too.
    """

    def __init__(self, name: str, position: type[P]) -> None:
        self._tag = f"{name} ".encode()
        self._position = TypeAdapter(position, config=ConfigDict(strict=True))

    def encode(self, position: P) -> str:
        """Return a position (the sort values of the last item) as opaque text."""
        return base64.urlsafe_b64encode(self._tag + self._position.dump_json(position)).decode().rstrip("=")

    def decode(self, cursor: str | None) -> P | None:
        """Return the position in a cursor, None for none; 422 where this list did not give it."""
        if cursor is None:
            return None
        try:
            text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            if not text.startswith(self._tag):
                raise invalid_cursor()
            return self._position.validate_json(text.removeprefix(self._tag))
        except (binascii.Error, ValidationError, ValueError):  # the last: letters beyond ASCII
            raise invalid_cursor() from None

    def page(self, found: Sequence[T], limit: int, position: Callable[[T], P]) -> tuple[Sequence[T], str | None]:
        """Return the page of at most `limit` items and its `next_cursor`; `found` holds one more where there is one."""
        shown = found[:limit]
        return shown, self.encode(position(shown[-1])) if len(found) > limit else None


def by_id(name: str) -> Cursor[tuple[str, ...]]:
    """Return the cursor of a list in the order of its ids."""
    return Cursor(name, tuple[str])


def invalid_cursor() -> Problem:
    """422: the list did not give this cursor."""
    error = FieldError(field="cursor", message="not a cursor that this list gave")
    return unprocessable("validation_error", "the cursor is not valid", errors=[error])
