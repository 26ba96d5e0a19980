"""The read model of the company's users: their zone, and the group that decides what they see."""

from typing import Literal

from chassis.persistence.document import Document


class User(Document):
    """One user as the CRM told it."""

    company_id: str
    user_id: str
    name: str | None = None
    email: str | None = None
    tz: str | None = None
    group_id: str | None = None
    role: Literal["admin", "regular"] = "regular"
