"""Which activity types a company has, as the store last published them; the six defaults until then (C3)."""

from dataclasses import dataclass

from connector.adapters.collections import Stores
from contracts.activity_types import DEFAULT_COLOURS, DEFAULT_TYPES, ActivityType


@dataclass(frozen=True)
class ActiveTypes:
    """Looks up the active types of companies."""

    stores: Stores

    async def of(self, company_id: str) -> tuple[str, ...]:
        """Return the keys of the company's active types."""
        known = await self.stores.types.get(company_id)
        return known.active if known else DEFAULT_TYPES

    async def listed(self, company_id: str) -> tuple[ActivityType, ...]:
        """Return the company's types with their names, icons and colours, active or not."""
        known = await self.stores.types.get(company_id)
        if known:
            return known.types
        return tuple(
            ActivityType(key_string=key, name=key.capitalize(), icon_key=key, color=colour)
            for key, colour in zip(DEFAULT_TYPES, DEFAULT_COLOURS, strict=True)
        )
