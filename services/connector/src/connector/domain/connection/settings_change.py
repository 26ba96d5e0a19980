"""What a change of settings means: which are valid, what they let in from now on, what is read anew (B, C)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ConfigDict, Field, field_validator, model_validator

from chassis.errors import Rejected
from connector.domain.connection.lifecycle import expecting_replay
from connector.domain.connection.retired_type import without_retired_type_problem
from connector.domain.connection.sharing_news import owing_news
from connector.domain.model.connection import Connection
from connector.domain.model.connection_parts import Trouble
from connector.domain.model.settings import ChosenSettings
from connector.domain.provider.port import CalendarInfo
from connector.domain.scheduling.schedule import Changes, with_due
from contracts.brakes import Restore
from contracts.connections import ConnectionSettings, Coverage, ReadsAnew
from contracts.envelope import Id

_REPLAYS = tuple(
    (name, mark)
    for name, field in ConnectionSettings.model_fields.items()
    for mark in field.metadata
    if isinstance(mark, ReadsAnew)
)
"""The settings whose change may make both sides be read anew."""


class SettingRefused(Rejected):
    """A setting does not go with the others; `field` names it."""

    def __init__(self, code: str, field: str, detail: str) -> None:
        super().__init__(code, detail)
        self.field = field


class SettingsChange(ConnectionSettings):
    """Any of the settings, as a request gives them; what is not given stays as it is (C4)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    calendar_id: Id = Field(default="primary", description="an id of /calendars; default: the primary calendar")
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


def check_types(given: Mapping[str, Any], choices: ChosenSettings, active: Collection[str]) -> None:
    """Raise SettingRefused where a type is unknown or inactive, or the inbound type is given while one-way (C2)."""
    if "inbound_type" in given and choices.direction == "one_way":
        raise SettingRefused("two_way_only", "inbound_type", "events come in only when the sync is two-way")
    if "inbound_type" in given and choices.inbound_type not in active:
        raise _unknown_type("inbound_type", choices.inbound_type)
    for name in given.get("outbound_types") or ():
        if name not in active:
            raise _unknown_type("outbound_types", name)


def selectable(calendar_id: str, calendars: Iterable[CalendarInfo]) -> CalendarInfo:
    """Return the calendar; SettingRefused where the account has no such one, or it cannot be synced (A5)."""
    found = next((one for one in calendars if one.id == calendar_id), None)
    if found is None or not found.selectable:
        reason = found.reason if found and found.reason else "the account has no such calendar"
        raise SettingRefused("validation_error", "calendar_id", reason)
    return found


def _unknown_type(field: str, name: str) -> SettingRefused:
    return SettingRefused("validation_error", field, f"{name!r} is no active activity type")


def changed(
    connection: Connection, given: Mapping[str, Any], *, active: Collection[str], now: datetime, replay_id: str
) -> Connection:
    """Return the connection with new settings, applied from `now` on; unchanged where nothing differs."""
    before = connection.settings
    after = before.with_choices(given)
    check_types(given, after, active)
    if after == before:
        return connection
    result = connection.with_settings(after, _coverage(connection.coverage, before, after, active, now))
    if after.inbound_type != before.inbound_type:
        result = without_retired_type_problem(result)
    moved = after.calendar_id != before.calendar_id
    if moved:
        result = result.without_reads().with_trouble(_trouble_left(connection))
    if reads_anew(before, after, active):
        result = result.with_replay(replay_id)
    return _scheduled(result, now, moved=moved, replaying=result.replay_id != connection.replay_id)


def moved_to(connection: Connection, identity: str, owner: str | None) -> Connection:
    """Return the connection in another calendar, known by `identity`: those who share the former one are told (A10)."""
    left = owing_news(connection, "left") if connection.phase == "running" else connection
    return left.with_calendar_identity(identity, owner)


def _scheduled(connection: Connection, now: datetime, *, moved: bool, replaying: bool) -> Connection:
    """Return the connection with the work that a change of settings makes due."""
    if connection.phase != "running":
        return connection
    waiting = expecting_replay(connection, now) if replaying else connection
    at_once: Changes = {"settings": now, "channel": now, "retry": now} if moved else {"settings": now}
    return with_due(waiting, at_once)


def put_back(
    connection: Connection, restore: Restore, *, active: Collection[str], now: datetime, replay_id: str
) -> Connection:
    """Return the connection with a change of settings taken back (H4); what else was chosen meanwhile stays."""
    before, chosen = restore.outbound_types, connection.settings.outbound_types
    types = None if before is None or chosen is None else _in_use((*before, *chosen), active)
    back: dict[str, Any] = {"outbound_types": types} | ({"direction": restore.direction} if restore.direction else {})
    back |= {} if restore.invite_guests is None else {"invite_guests": restore.invite_guests}
    return changed(connection, back, active=active, now=now, replay_id=replay_id)


def _in_use(types: tuple[str, ...], active: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(types) if name in active)


def _trouble_left(connection: Connection) -> Trouble | None:
    """Return what another calendar does not heal."""
    trouble = connection.trouble
    return None if trouble and trouble.kind == "calendar_unavailable" else trouble


def _coverage(
    coverage: Coverage, before: ChosenSettings, after: ChosenSettings, active: Collection[str], now: datetime
) -> Coverage:
    """Return since when items are covered (D1): the switch to two-way (B4), a type (C5), another calendar (A9)."""
    since: dict[str, Any] = coverage.model_dump()
    if before.direction == "one_way" and after.direction == "two_way":
        since["two_way_since"] = now
    if before.calendar_id != after.calendar_id:
        since["calendar_since"] = now
    if before.private_events == "skip" != after.private_events:
        since["private_since"] = now
    added = set(after.selected_types(active)) - set(before.selected_types(active))
    since["types_since"] = coverage.types_since | dict.fromkeys(sorted(added), now)
    return Coverage.model_validate(since)


def reads_anew(before: ChosenSettings, after: ChosenSettings, active: Collection[str]) -> bool:
    """Say whether a change asks for a replay of both sides, by what the settings' declaration says of each."""
    old, new = ({**dict(one), "outbound_types": one.selected_types(active)} for one in (before, after))
    return any(mark.applies(old[name], new[name]) for name, mark in _REPLAYS)
