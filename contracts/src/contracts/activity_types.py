"""Topic `activity-types.v1` (compacted by company): the default and custom activity types (C3)."""

from typing import Literal

from pydantic import Field

from contracts.envelope import Message, Value

DEFAULT_TYPES = ("call", "meeting", "task", "deadline", "email", "lunch")
DEFAULT_COLOURS = ("1A73E8", "188038", "F29900", "D93025", "8430CE", "00796B")


class ActivityType(Value):
    """One type, in Pipedrive's fields."""

    key_string: str = Field(pattern=r"^[a-z0-9_]{1,64}$")
    name: str
    icon_key: str | None = None
    color: str | None = None
    active: bool = True


class ActivityTypesChanged(Message):
    """The company's types are now these."""

    type: Literal["activity_types.changed.v1"] = "activity_types.changed.v1"
    types: tuple[ActivityType, ...]
