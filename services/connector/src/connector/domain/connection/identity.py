"""Ids that stay the same however often something is connected or repeated."""

from typing import Final
from uuid import UUID, uuid5

from chassis.ids import beginning_with, joined

_BETWEEN: Final = "\x1f"

_ACCOUNTS: Final = UUID("6d2c5b7e-2f0a-5a94-9a4e-8c1d0f4b7a13")
"""Fixed for good: another value would make every link a stranger's."""


_ERASURES: Final = UUID("0f7a3a52-8f2b-4c0e-9a2e-3b1f6e9d2c44")


def erasure_id(company_id: str, user_id: str | None) -> str:
    """Return the id of the erasure of a person, or a whole company: the same however often it is asked for."""
    parts = (company_id,) if user_id is None else (company_id, user_id)
    return str(uuid5(_ERASURES, joined(*parts, separator=_BETWEEN)))


def account_key(company_id: str, user_id: str, provider: str, provider_account_id: str) -> str:
    """Return the key of an account: the same after reconnecting, unlike the connection's id."""
    return str(uuid5(_ACCOUNTS, joined(company_id, user_id, provider, provider_account_id, separator=_BETWEEN)))


def slot_id(company_id: str, user_id: str) -> str:
    """Return the document id of the slot that a user's one live connection holds (A7)."""
    return joined(company_id, user_id, separator=_BETWEEN)


def slots_of(company_id: str, user_id: str | None) -> str | dict[str, str]:
    """Return the condition for the slots of a user, or of a whole company."""
    return slot_id(company_id, user_id) if user_id is not None else beginning_with(company_id, separator=_BETWEEN)
