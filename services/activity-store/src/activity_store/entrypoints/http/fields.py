"""Types of request fields that several resources share; their JSON Schemas say exactly what is accepted."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StringConstraints
from pydantic import WithJsonSchema as Schema

from activity_store.domain.model.schedule import is_zone

ID_LENGTH = 255


def _number_as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _checked_date(value: str) -> str:
    if date.fromisoformat(value).isoformat() != value:
        raise ValueError("must be YYYY-MM-DD")
    return value


def _checked_zone(value: str) -> str:
    if not is_zone(value):
        raise ValueError("is no IANA time zone")
    return value


def _moment(value: object) -> datetime:
    """Read RFC 3339, or a plain date as its midnight in UTC. A time without an offset says no moment and is refused.

    A `+` that a client forgot to escape arrives as a blank. Numbers are refused: pydantic would read seconds.
    """
    if not isinstance(value, str) or not re.match(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("must be an RFC 3339 time or a date")
    if len(value) == len("YYYY-MM-DD"):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    moment = datetime.fromisoformat(re.sub(r"(T.*) (\d{2}:\d{2})$", r"\1+\2", value))
    if moment.tzinfo is None:
        raise ValueError("must have an offset, such as Z or +01:00")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("is out of range") from None


MomentIn = Annotated[
    datetime,
    BeforeValidator(_moment),
    Schema({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}),
]
"""A point in time, in UTC once it is read."""

IdIn = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=ID_LENGTH),
    BeforeValidator(_number_as_text),
    Schema({"anyOf": [{"type": "string", "minLength": 1, "maxLength": ID_LENGTH}, {"type": "integer"}]}),
]
"""An id on its way in: a number is taken as its string."""

DateIn = Annotated[
    str,
    StringConstraints(strict=True, max_length=10),
    AfterValidator(_checked_date),
    Schema({"type": "string", "format": "date"}),
]
ZoneIn = Annotated[str, StringConstraints(strict=True, max_length=64), AfterValidator(_checked_zone)]
"""An IANA time zone name."""
TimeIn = Annotated[str, StringConstraints(strict=True, pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""HH:MM in UTC."""
DurationIn = Annotated[str, StringConstraints(strict=True, pattern=r"^\d{2,5}:[0-5]\d$")]
"""HH:MM, hours may pass 23."""
EmailIn = Annotated[str, StringConstraints(strict=True, max_length=320, pattern=r"^[^@\s]+@[^@\s]+$")]
NameIn = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=1000)]
TextIn = Annotated[str, StringConstraints(strict=True, max_length=4000)]
WebAddressIn = Annotated[str, StringConstraints(strict=True, max_length=4000, pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://\S+$")]
"""An address that a browser may open: of another scheme (`javascript:`) it could run code."""
LongTextIn = Annotated[str, StringConstraints(strict=True, max_length=65_536)]
Flag = StrictBool


def _nothing() -> Any:  # noqa: ANN401 - stands in for a field of any type
    return None


def optional() -> Any:  # noqa: ANN401 - as pydantic types `Field`
    """Return a field that may be left out. It shows no default, since leaving out and null mean different things."""
    return Field(default_factory=_nothing)


class Body(BaseModel):
    """A request body: fields it does not know are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def given(self) -> dict[str, Any]:
        """Return the fields that the request named, null ones included."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}
