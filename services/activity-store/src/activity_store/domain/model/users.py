"""The read model of the company's users: their zone, and the group that decides what they see."""

from typing import Literal, Self

from chassis.persistence.document import Document

Role = Literal["admin", "regular"]

_WRITTEN_FIELDS = ("name", "email", "tz", "group_id", "role")


class User(Document):
    """One user as the CRM wrote him last."""

    company_id: str
    user_id: str
    name: str | None = None
    email: str | None = None
    tz: str | None = None
    group_id: str | None = None
    role: Role = "regular"
    erased: bool = False
    """He was erased: the sync makes nothing of his any more. Writing him anew ends that."""

    def as_erased(self) -> "User":
        """Return what is kept of a user who is erased: that he was."""
        kept = {name: getattr(self, name) for name in ("version", "write_id", "recent_writes")}
        return User(id=self.id, company_id=self.company_id, user_id=self.user_id, erased=True, **kept)

    def rewritten(self, wanted: "User") -> Self:
        """Return the user with everything as it is wanted; what is left out there is empty."""
        return self.model_copy(update={"erased": False} | {name: getattr(wanted, name) for name in _WRITTEN_FIELDS})
