"""Lists over HTTP: `{"items": [...], "next_cursor": ...}` with opaque cursors that hold a position, not an offset."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from chassis.web.problems import FieldError, Problem, unprocessable

T = TypeVar("T")

DEFAULT_LIMIT = 100
MAX_LIMIT = 500

LimitQuery = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
"""Use as `limit: LimitQuery = DEFAULT_LIMIT`."""
CursorQuery = Annotated[str | None, Query(max_length=2000)]
"""Use as `cursor: CursorQuery = None`, then `decode_cursor(cursor)`."""

_DATE = "$date"


class Page(BaseModel, Generic[T]):
    """One page of a list; `next_cursor` is null on the last."""

    items: list[T]
    next_cursor: str | None = None


def _tag(value: object) -> object:
    if isinstance(value, datetime):
        return {_DATE: value.isoformat()}
    raise TypeError(f"a cursor cannot hold {type(value).__name__}")


def _untag(value: dict[str, Any]) -> object:
    return datetime.fromisoformat(value[_DATE]) if set(value) == {_DATE} else value


def encode_cursor(position: Sequence[Any]) -> str:
    """Return a position (the sort values of the last item: text, numbers, datetimes) as an opaque cursor."""
    text = json.dumps(list(position), default=_tag, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _invalid() -> Problem:
    error = FieldError(field="cursor", message="not a cursor that this list gave")
    return unprocessable("validation_error", "the cursor is not valid", errors=[error])


def decode_cursor(cursor: str | None) -> list[Any] | None:
    """Return the position in a cursor, None for none; 422 where it is not one of ours."""
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True)
        position = json.loads(text, object_hook=_untag)
    except (binascii.Error, ValueError, TypeError):
        raise _invalid() from None
    if not isinstance(position, list):
        raise _invalid()
    return position
