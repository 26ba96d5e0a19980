"""Documents of the mass-delete guard (H4): passes with many deletions, and what the user is asked to confirm."""

from typing import Literal, Self

from pydantic import AwareDatetime, Field

from chassis.persistence.document import Document
from contracts.brakes import BrakeItem, Restore

ConfirmationOutcome = Literal["delete", "restore", "withdrawn"]
"""What the user answered, or `withdrawn`: nothing is left to ask."""


class LargePass(Document):
    """A pass with many deletions; judged when all of them have come."""

    connection_id: str
    deletions: int
    since: AwareDatetime
    judged: bool = False

    def as_judged(self) -> Self:
        """Return the pass as judged."""
        return self.model_copy(update={"judged": True})

    def to_judge_again(self) -> Self:
        """Return the pass as not yet judged: a deletion of it came late."""
        return self.model_copy(update={"judged": False})


class CountedDeletion(Document):
    """One deletion of a large pass that has come; the id names both, so that a redelivery counts once."""

    pass_id: str
    at: AwareDatetime


class ConfirmationRequest(Document):
    """The question to a connection's user, and how it went; its id is the connection's."""

    company_id: str
    brake_id: str
    passes: tuple[str, ...] = Field(default=(), description="large passes whose deletions wait")
    restore: Restore | None = Field(default=None, description="the settings before the change that waits")
    settings_version: int
    links: int = Field(description="of the connection when it was judged")
    items: tuple[BrakeItem, ...]
    total: int
    asked_at: AwareDatetime
    correlation_id: str
    action: ConfirmationOutcome | None = Field(default=None, description="how it was answered; None while it is open")
    done: bool = Field(default=False, description="whether the answer is carried out")

    def replacing(self, current: "ConfirmationRequest | None") -> Self:
        """Return the request as it is stored in the place of the one before, to be published."""
        return self.model_copy(update={"version": current.version if current else 0}).with_state_unpublished()

    def answered(self, action: ConfirmationOutcome) -> Self:
        """Return the request with an answer that is being carried out."""
        return self.model_copy(update={"action": action}).with_state_unpublished()

    def closed(self, action: ConfirmationOutcome) -> Self:
        """Return the request with its answer carried out; the list of items is needed no more."""
        return self.model_copy(update={"action": action, "done": True, "items": ()}).with_state_unpublished()
