"""Which activity types a company has, as the store last published them; the six defaults until then (C3)."""

from dataclasses import dataclass

from connector.adapters.collections import Stores
from contracts.activity_types import DEFAULT_TYPES


@dataclass(frozen=True)
class ActiveTypes:
    """Looks up the active types of companies."""

    stores: Stores

    async def of(self, company_id: str) -> tuple[str, ...]:
        """Return the keys of the company's active types."""
        known = await self.stores.types.get(company_id)
        return known.active if known else DEFAULT_TYPES
