"""What the page shows of a connection, computed from values alone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import available_timezones

from connector.entrypoints.http.pages.chart import Chart
from connector.entrypoints.http.views import CalendarView, ConnectionView
from contracts.activity_types import DEFAULT_TYPES, ActivityType
from contracts.connections import ConnectionStatus

Tone = Literal["good", "busy", "warn", "bad", "quiet"]
TONES: Mapping[ConnectionStatus, Tone] = {
    "connecting": "warn",
    "initial_sync": "busy",
    "in_sync": "good",
    "catching_up": "busy",
    "throttled": "warn",
    "calendar_unavailable": "bad",
    "needs_reauth": "bad",
    "needs_confirmation": "warn",
    "stopping": "busy",
    "stopped": "quiet",
}
_MOVING = frozenset({"initial_sync", "catching_up", "throttled", "stopping"})
"""What goes on by itself: the page looks again until it is over."""
_COLOUR = re.compile(r"[0-9A-Fa-f]{6}")
_NO_COLOUR = "5F6B76"
_ICONS = frozenset(DEFAULT_TYPES)
_AREAS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@dataclass(frozen=True)
class TypeChoice:
    """An activity type as a box to tick."""

    key: str
    name: str
    icon: str
    colour: str
    selected: bool

    @property
    def has_default_name(self) -> bool:
        """Whether it is one of the six with its own name, which is translated."""
        return self.key in DEFAULT_TYPES and self.name == self.key.capitalize()


@dataclass(frozen=True)
class Removal:
    """What a change would take away, asked before it is made; `count` is None where nobody can tell just now."""

    kind: Literal["outbound_types", "invite_guests"]
    count: int | None


@dataclass(frozen=True)
class FieldState:
    """How a setting is shown other than as it stands: refused for a reason, or waiting for a yes to a removal."""

    refused: str | None = None
    removal: Removal | None = None
    chosen: frozenset[str] = frozenset()


AS_IT_STANDS = FieldState()


@dataclass(frozen=True)
class Preferences:
    """A connection with all that its page shows beside it."""

    view: ConnectionView
    types: Sequence[TypeChoice]
    calendars: Sequence[CalendarView] | None
    chart: Chart
    now: datetime

    @property
    def tone(self) -> Tone:
        """How good or bad the status is."""
        return TONES[self.view.status]

    @property
    def moves(self) -> bool:
        """Whether the status changes by itself, so that the page looks again."""
        return self.view.status in _MOVING

    @property
    def takes_settings(self) -> bool:
        """Whether settings can be changed."""
        return self.view.status not in {"stopping", "stopped"}

    @property
    def zone(self) -> str:
        """The zone in which times are shown."""
        return self.view.timezone or "UTC"

    @property
    def by_password(self) -> bool:
        """Whether the account is signed in to with a password."""
        return self.view.provider == "exchange"

    @property
    def all_types(self) -> bool:
        """Whether every type goes out."""
        return all(one.selected for one in self.types)

    @property
    def percent(self) -> int:
        """How far a full read has been taken in."""
        progress = self.view.progress
        return 100 * progress.done // progress.total if progress and progress.total else 0


def type_choices(types: Sequence[ActivityType], selected: Sequence[str]) -> Sequence[TypeChoice]:
    """Return the active types, each ticked or not."""
    return [
        TypeChoice(
            key=one.key_string,
            name=one.name,
            icon=one.icon_key if one.icon_key in _ICONS else "other",
            colour=one.color if one.color and _COLOUR.fullmatch(one.color) else _NO_COLOUR,
            selected=one.key_string in selected,
        )
        for one in types
        if one.active
    ]


def zones_by_area(present: str | None) -> Mapping[str, Sequence[str]]:
    """Return the zones that people choose from, by area; the present one is among them whatever it is."""
    found = {area: [zone for zone in _ZONES if zone.startswith(f"{area}/")] for area in _AREAS}
    others = ["UTC"] if present in {None, "UTC"} or present in _ZONES else ["UTC", str(present)]
    return {**found, "": others}


_ZONES = sorted(zone for zone in available_timezones() if zone.partition("/")[0] in _AREAS)
