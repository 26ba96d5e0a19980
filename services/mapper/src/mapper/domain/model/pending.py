"""A command that was sent to the connector or the activity store and is not answered yet."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, Field

from contracts.activity_commands import ActivityPut, ActivityRemove
from contracts.calendar_commands import CalendarPut, CalendarRemove
from contracts.calendar_objects import EventFields
from contracts.envelope import Value
from mapper.domain.model.fields import ActivityFields
from mapper.domain.model.sides import Guests
from mapper.domain.model.states import RemovalReason

Command = Annotated[CalendarPut | CalendarRemove | ActivityPut | ActivityRemove, Field(discriminator="type")]


class PendingCommand(Value):
    """A command under way, with the fields of both sides that it was made from."""

    command: Command
    event_fields: EventFields | None = None
    activity_fields: ActivityFields | None = None
    guests: Guests | None = None
    context: str | None = Field(default=None, description="the block that the description was written with (F4)")
    closing: RemovalReason | None = Field(default=None, description="why the link closes once this is applied")
    due_at: AwareDatetime = Field(description="when it is sent again, unless an outcome came")
    attempts: int = 1
    edited_at: AwareDatetime | None = Field(
        default=None, description="when a person made the edit that it carries over; none: nobody's edit of late"
    )

    @property
    def to_calendar(self) -> bool:
        """Whether it is the connector's command, not the activity store's."""
        return isinstance(self.command, CalendarPut | CalendarRemove)

    def sent_again(self, due_at: datetime) -> Self:
        """Return the command as sent once more, and to be sent again at a time."""
        return self.model_copy(update={"attempts": self.attempts + 1, "due_at": due_at})

    def never_sent(self, now: datetime) -> Self:
        """Return the command as due now, as if it had never been sent (K4)."""
        return self.model_copy(update={"attempts": 0, "due_at": now})
