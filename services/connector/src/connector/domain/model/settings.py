"""The settings of a connection as its document holds them; each is declared in `contracts.connections`."""

from collections.abc import Collection, Mapping
from typing import Any, Self

from contracts.connections import ConnectionSettings
from contracts.envelope import Id


class ChosenSettings(ConnectionSettings):
    """What the user chose so far: the account fills in calendar and zone when the user has signed in."""

    calendar_id: Id | None = None  # type: ignore[assignment]  # unknown until the sign-in is through
    timezone: str | None = None  # type: ignore[assignment]  # the calendar's own, unless chosen

    def complete(self) -> ConnectionSettings:
        """Return the settings as others see them; needs a calendar."""
        return ConnectionSettings.model_validate(self.model_dump() | {"timezone": self.timezone or "UTC"})

    def with_choices(self, given: Mapping[str, Any]) -> Self:
        """Return the settings with those that a validated request names."""
        return self.model_copy(update=dict(given))

    def with_calendar(self, calendar_id: Id, zone: str) -> Self:
        """Return the settings with the calendar that is synced, and the zone unless one was chosen."""
        return self.model_copy(update={"calendar_id": calendar_id, "timezone": self.timezone or zone})

    def selected_types(self, active: Collection[str]) -> tuple[str, ...]:
        """Return the types that go out (C1); without a choice, all active ones."""
        return self.outbound_types if self.outbound_types is not None else tuple(active)
