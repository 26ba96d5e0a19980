"""What the API shows of a connection: all of it to its user, how it stands to the company's administrators."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from connector.domain.connection.reads import PollingPolicy
from connector.domain.connection.status import progress_of, status_of
from connector.domain.model.connection import Connection, Push
from connector.domain.model.connection_parts import LastProblem
from connector.domain.model.settings import ChosenSettings
from contracts.brakes import BrakeItem
from contracts.connections import ConnectionStatus, Provider


class _View(BaseModel):
    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)


class ProgressView(_View):
    """How far a full read has been taken in."""

    done: int
    total: int


class BrakeView(_View):
    """A pass that waits for the user's confirmation (H4)."""

    id: str
    items: tuple[BrakeItem, ...]
    total: int


class StatusView(_View):
    """How a connection stands."""

    id: str
    user_id: str
    provider: Provider
    email: str
    status: ConnectionStatus
    push: Push
    progress: ProgressView | None
    last_read_at: datetime | None
    subscription_expires_at: datetime | None
    last_problem: LastProblem | None
    version: int
    created_at: datetime


class ConnectionView(StatusView, ChosenSettings):
    """A connection with its settings, as its user sees it."""

    brake: BrakeView | None
    authorization_url: str | None = None
    outbound_types: tuple[str, ...]


class OverseenView(StatusView):
    """How a connection stands, to whoever looks after several companies."""

    company_id: str


class CalendarView(_View):
    """A calendar of the account; one that cannot be synced says why (A5)."""

    id: str
    name: str
    primary: bool
    selectable: bool
    reason: str | None


class CalendarList(_View):
    """All calendars of the account."""

    items: tuple[CalendarView, ...]
    next_cursor: None = None


def status_view(connection: Connection, now: datetime, policy: PollingPolicy) -> StatusView:
    """Return how a connection stands. Its version counts changes of the settings: what `If-Match` protects."""
    progress = progress_of(connection)
    subscription = connection.subscription
    return StatusView(
        id=connection.id,
        user_id=connection.user_id,
        provider=connection.provider,
        email=connection.email,
        status=status_of(connection, now, policy.staleness_limit(connection)),
        push=connection.push,
        progress=ProgressView(done=progress.done, total=progress.total) if progress else None,
        last_read_at=connection.last_read_at,
        subscription_expires_at=subscription.expires_at if subscription else None,
        last_problem=connection.last_problem,
        version=connection.settings_version,
        created_at=connection.created_at,
    )


def overseen_view(connection: Connection, now: datetime, policy: PollingPolicy) -> OverseenView:
    """Return how a connection stands, and whose company's it is."""
    shown = dict(status_view(connection, now, policy))
    return OverseenView.model_validate(shown | {"company_id": connection.company_id})


def connection_view(
    connection: Connection,
    types: tuple[str, ...],
    now: datetime,
    policy: PollingPolicy,
    authorization_url: str | None = None,
) -> ConnectionView:
    """Return a connection as its user sees it; `types` are the company's active ones."""
    choices, brake = connection.settings, connection.brake
    waiting = brake if brake and connection.brake_answer is None else None
    shown = choices.model_dump() | {"outbound_types": choices.selected_types(types)}
    return ConnectionView.model_validate(
        dict(status_view(connection, now, policy))
        | shown
        | {"brake": BrakeView(id=waiting.id, items=waiting.items, total=waiting.total) if waiting else None}
        | {"authorization_url": authorization_url}
    )
