"""What a person may do to calendars with every simulator (`/control/accounts/…/calendars`), as request bodies."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Role = Literal["freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner"]
Scope = Literal["this", "following", "apart", "all"]
"""`apart`: this and following, as a client does it by itself: the old series ends, an unrelated one begins."""


class NewCalendar(BaseModel):
    """A calendar for an account; an id that somebody's calendar has is shared with that role."""

    model_config = ConfigDict(extra="forbid")

    id: str | None = None
    summary: str = "Calendar"
    time_zone: str = "UTC"
    role: Role = "owner"
    watchable: bool = True


class ChangeCalendar(BaseModel):
    """Changes to a calendar, or to the account's right to it."""

    model_config = ConfigDict(extra="forbid")

    role: Role | None = None
    summary: str | None = None
    watchable: bool | None = None
