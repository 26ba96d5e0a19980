"""A type that is retired while it is somebody's inbound type gives way to another (C7)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from connector.domain.model.connection import Connection
from connector.domain.model.connection_parts import LastProblem
from connector.domain.scheduling.schedule import with_due

INBOUND_TYPE_RETIRED: Final = "inbound_type_retired"
_FIRST_CHOICE: Final = "meeting"
_LIVE: Final = frozenset({"connecting", "running"})


def type_in_use(inbound_type: str, active: Sequence[str]) -> str:
    """Return the type itself while it is active, else `meeting`, else the first active one; itself where none is."""
    choices = (inbound_type, _FIRST_CHOICE, *active)
    return next((one for one in choices if one in active), inbound_type)


def with_inbound_type_in_use(connection: Connection, active: Sequence[str], now: datetime) -> Connection:
    """Return the connection with an inbound type that is active, and with words for its user where it gave way.

    Also in one-way, where none is used: it would be, back in two-way.
    """
    retired = connection.settings.inbound_type
    chosen = type_in_use(retired, active)
    if chosen == retired or connection.phase not in _LIVE:
        return connection
    detail = f"the activity type {retired!r} was retired: calendar events are saved as {chosen!r} from now on"
    settings = connection.settings.with_choices({"inbound_type": chosen})
    told = connection.with_problem(LastProblem(code=INBOUND_TYPE_RETIRED, detail=detail, at=now))
    after = told.with_settings(settings, connection.coverage)
    return with_due(after, {"settings": now}) if connection.phase == "running" else after


def without_retired_type_problem(connection: Connection) -> Connection:
    """Return the connection without those words, once its user has chosen a type himself."""
    problem = connection.last_problem
    return connection.with_problem(None) if problem and problem.code == INBOUND_TYPE_RETIRED else connection
