"""Whom one can be in the sandbox."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sandbox.stage import COMPANY, EMAIL, SALESPERSON, TIME_ZONE
from sandbox.token import make_token


@dataclass(frozen=True)
class Person:
    """Somebody who can be signed in as."""

    user_id: str
    company: str
    role: Literal["regular", "admin"]
    name: str
    email: str

    def token(self, settings: Mapping[str, str], now: datetime) -> str:
        """Return what the CRM would put into the session cookie."""
        about = {"name": self.name, "email": self.email, "tz": TIME_ZONE}
        return make_token(settings, sub=self.user_id, company=self.company, role=self.role, now=now, **about)


PEOPLE: Mapping[str, Person] = {
    "anna": Person(SALESPERSON, COMPANY, "regular", "Anna Schmidt", EMAIL),
    "tom": Person("2", COMPANY, "regular", "Tom Baker", "tom@example.com"),
    "admin": Person("admin", COMPANY, "admin", "Ada Novak", "ada@example.com"),
    "maria": Person("1", "globex", "regular", "Maria Rossi", "maria@example.org"),
}
"""By their names in addresses: two salespeople, their administrator, and somebody of another company."""
