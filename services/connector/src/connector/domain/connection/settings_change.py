"""What a change of settings means: which are valid, what they let in from now on, what is read anew (B, C)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ConfigDict, Field, field_validator, model_validator

from chassis.errors import Rejected
from connector.domain.connection.lifecycle import expecting_replay
from connector.domain.model.connection import Choices, Connection, Trouble
from connector.domain.provider.port import CalendarInfo
from connector.domain.scheduling.schedule import with_due
from contracts.brakes import Restore
from contracts.connections import Coverage
from contracts.envelope import Id, Value


class SettingRefused(Rejected):
    """A setting does not go with the others; `field` names it."""

    def __init__(self, code: str, field: str, detail: str) -> None:
        super().__init__(code, detail)
        self.field = field


class SettingsChange(Value):
    """Any of the settings, as a request gives them; what is not given stays as it is (C4)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    calendar_id: Id = Field(default="primary", description="an id of /calendars; default: the primary calendar")
    direction: Literal["two_way", "one_way"] = "two_way"
    inbound_type: str = Field(default="meeting", description="type of activities made from events; two-way only (C2)")
    outbound_types: tuple[str, ...] | None = Field(default=None, description="null: all active types (C1)")
    include_context: bool = Field(default=False, description="deal and contact information in events (F4)")
    private_events: Literal["private", "public", "skip"] = "private"
    inbound_visibility: Literal["everyone", "owner"] = "everyone"
    on_event_deleted: Literal["delete", "keep"] = "delete"
    backfill: Literal["future", "none"] = "future"
    invite_guests: bool = Field(default=False, description="true lets the provider mail guests (I1)")
    horizon_days: int = Field(default=180, ge=1, le=730, description="how far ahead events come in (D5)")
    timezone: str = Field(default="UTC", description="IANA; default: the calendar's")

    @field_validator("timezone")
    @classmethod
    def _is_iana(cls, value: str) -> str:
        try:
            return ZoneInfo(value).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("must be an IANA time zone, as Europe/Tallinn") from None

    @model_validator(mode="before")
    @classmethod
    def _each_type_once(cls, data: object) -> object:
        if isinstance(data, dict) and isinstance(types := data.get("outbound_types"), list):
            return data | {"outbound_types": list(dict.fromkeys(types))}
        return data

    def given(self) -> dict[str, Any]:
        """Return only the settings that the request names."""
        names = set(SettingsChange.model_fields) & self.model_fields_set
        return {name: getattr(self, name) for name in names}


def selected(choices: Choices, active: Collection[str]) -> tuple[str, ...]:
    """Return the types that go out (C1); without a choice, all active ones."""
    return choices.outbound_types if choices.outbound_types is not None else tuple(active)


def check_types(given: Mapping[str, Any], choices: Choices, active: Collection[str]) -> None:
    """Raise SettingRefused where a type is unknown or inactive, or the inbound type is given while one-way (C2)."""
    if "inbound_type" in given and choices.direction == "one_way":
        raise SettingRefused("two_way_only", "inbound_type", "events come in only when the sync is two-way")
    if "inbound_type" in given and choices.inbound_type not in active:
        raise _unknown_type("inbound_type", choices.inbound_type)
    for name in given.get("outbound_types") or ():
        if name not in active:
            raise _unknown_type("outbound_types", name)


def check_selectable(calendar_id: str, calendars: Iterable[CalendarInfo]) -> None:
    """Raise SettingRefused where the account has no such calendar, or none that can be synced (A5)."""
    found = next((one for one in calendars if one.id == calendar_id), None)
    if found is None or not found.selectable:
        reason = found.reason if found and found.reason else "the account has no such calendar"
        raise SettingRefused("validation_error", "calendar_id", reason)


def _unknown_type(field: str, name: str) -> SettingRefused:
    return SettingRefused("validation_error", field, f"{name!r} is no active activity type")


def changed(
    connection: Connection, given: Mapping[str, Any], *, active: Collection[str], now: datetime, replay_id: str
) -> Connection:
    """Return the connection with new settings, applied from `now` on; unchanged where nothing differs."""
    before = connection.settings
    after = before.model_copy(update=dict(given))
    check_types(given, after, active)
    if after == before:
        return connection
    update: dict[str, Any] = {
        "settings": after,
        "settings_version": connection.settings_version + 1,
        "coverage": _coverage(connection.coverage, before, after, active, now),
    }
    if after.calendar_id != before.calendar_id:
        update |= {"cursor": None, "last_read_started_at": None, "trouble": _trouble_left(connection)}
    if _reads_anew(before, after, active):
        update |= {"replay_id": replay_id, "told": 0}
    result = connection.model_copy(update=update)
    if connection.phase != "running":
        return result
    if result.replay_id != connection.replay_id:
        result = expecting_replay(result, now)
    moved = after.calendar_id != before.calendar_id
    result = with_due(result, {"settings": now})
    return with_due(result, {"channel": now, "retry": now}) if moved else result


def put_back(
    connection: Connection, restore: Restore, *, active: Collection[str], now: datetime, replay_id: str
) -> Connection:
    """Return the connection with a change of settings taken back (H4); what else was chosen meanwhile stays."""
    before, chosen = restore.outbound_types, connection.settings.outbound_types
    types = None if before is None or chosen is None else _in_use((*before, *chosen), active)
    back = {"outbound_types": types} | ({"direction": restore.direction} if restore.direction else {})
    return changed(connection, back, active=active, now=now, replay_id=replay_id)


def _in_use(types: tuple[str, ...], active: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(types) if name in active)


def _trouble_left(connection: Connection) -> Trouble | None:
    """Return what another calendar does not heal."""
    trouble = connection.trouble
    return None if trouble and trouble.kind == "calendar_unavailable" else trouble


def _coverage(coverage: Coverage, before: Choices, after: Choices, active: Collection[str], now: datetime) -> Coverage:
    """Return since when items are covered (D1): the switch to two-way (B4), a type (C5), another calendar (A9)."""
    if before.direction == "one_way" and after.direction == "two_way":
        coverage = coverage.model_copy(update={"two_way_since": now})
    if before.calendar_id != after.calendar_id:
        coverage = coverage.model_copy(update={"calendar_since": now})
    if before.private_events == "skip" != after.private_events:
        coverage = coverage.model_copy(update={"private_since": now})
    types = set(selected(after, active)) - set(selected(before, active))
    since = coverage.types_since | dict.fromkeys(sorted(types), now)
    return coverage.model_copy(update={"types_since": since}) if types else coverage


def _reads_anew(before: Choices, after: Choices, active: Collection[str]) -> bool:
    """Say whether items that were passed over may come in now, or change their look: then both sides are told anew."""
    return (
        after.calendar_id != before.calendar_id
        or after.private_events != before.private_events
        or (after.direction, before.direction) == ("two_way", "one_way")
        or bool(set(selected(after, active)) - set(selected(before, active)))
    )
