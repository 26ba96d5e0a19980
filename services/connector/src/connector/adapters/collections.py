"""The connector's collections and their indexes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self, get_args

from pydantic import AwareDatetime, computed_field

from chassis.encryption import key_id_of
from chassis.messaging.publisher import Outgoing
from chassis.persistence.document import Document
from chassis.persistence.documents import Documents
from chassis.persistence.store import Store
from chassis.persistence.table import Index
from connector.adapters.originals import WrittenEvent
from connector.domain.event.redaction import PrivateMode, redacted
from connector.domain.model.connection import Connection
from connector.domain.model.traffic import Traffic
from connector.domain.sync_state.documents import EventState, SeriesState
from contracts.activity_types import ActivityType
from contracts.calendar_events import CalendarCommandSettled
from contracts.envelope import Id, Value
from contracts.erasures import ErasingService


class ConnectionSlot(Document):
    """Which connection is a user's one (A7): a pointer, since a unique value must never have to change hands."""

    connection_id: Id


class Credentials(Document):
    """An account's tokens or login, sealed for exactly this connection.

    `refreshing_until` keeps a second refresher away; `refused` is a login that must not be tried again.
    """

    sealed: str
    generation: int = 1
    refreshing_until: AwareDatetime | None = None
    refused: bool = False

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own way; mypy knows no decorated properties
    @property
    def key_id(self) -> str:
        """The key that it is sealed under, stored so that what an older one sealed is found by an index."""
        return key_id_of(self.sealed)

    def being_refreshed(self, until: datetime | None) -> "Credentials":
        """Return the credentials with a refresh under way until then; None: there is none."""
        return self.model_copy(update={"refreshing_until": until})

    def resealed(self, sealed: str) -> "Credentials":
        """Return the same credentials sealed under another key."""
        return self.model_copy(update={"sealed": sealed})

    def as_refused(self) -> "Credentials":
        """Return the credentials as ones that the provider refused."""
        return self.model_copy(update={"refused": True})

    def replaced(self, sealed: str) -> "Credentials":
        """Return the credentials with other tokens, or another login: the next generation."""
        update = {"sealed": sealed, "generation": self.generation + 1, "refreshing_until": None, "refused": False}
        return self.model_copy(update=update)


class OAuthState(Document):
    """An authorisation under way: single use, short-lived, for one connection and its user."""

    connection_id: Id
    company_id: Id
    user_id: Id
    user_name: str | None = None
    """How the user is called, for the page that names who asks."""

    sealed_verifier: str
    expires_at: AwareDatetime
    used: bool = False

    def as_used(self) -> Self:
        """Return the state as one that cannot be used again."""
        return self.model_copy(update={"used": True})


class Channel(Document):
    """A push channel, known here before the provider is: the first notification may come before the answer."""

    connection_id: Id
    company_id: Id
    token: str
    created_at: AwareDatetime
    heard: bool = False
    """A sign of life came, maybe before the provider's answer to our call that opened the channel."""

    def as_heard(self) -> Self:
        """Return the channel as one whose provider reaches us."""
        return self.model_copy(update={"heard": True})


class ParkedWork(Document):
    """A command that waits until its connection can work again; the id is the command's message id."""

    connection_id: Id
    message: str
    times: int = 1
    """How often it was parked: who takes it up forgets it only as it was found."""

    def parked_again(self) -> Self:
        """Return the work parked once more."""
        return self.model_copy(update={"times": self.times + 1})


class RecordedOutcome(Document):
    """How a command was answered; the id is the command's. A repeated one is answered as the first time."""

    message: CalendarCommandSettled
    at: AwareDatetime
    event_id: Id | None = None

    def redacted(self, mode: PrivateMode) -> "RecordedOutcome":
        """Return the outcome with its event as it may be stored now (G2)."""
        event = self.message.event
        return self.model_copy(update={"message": self.message.with_event(event and redacted(event, mode))})


class ErasureStep(Value):
    """What one service has erased."""

    service: ErasingService
    at: AwareDatetime
    erased: dict[str, int]


class ErasureRecord(Document):
    """That a person, or all of a company, was to be erased, who asked for it, and which services have done it."""

    company_id: Id
    user_id: Id | None = None
    run: Id
    requested_at: AwareDatetime
    requested_by: str
    steps: tuple[ErasureStep, ...] = ()

    @property
    def done(self) -> bool:
        """Whether all services have erased what they had."""
        return {one.service for one in self.steps} == set(get_args(ErasingService))

    def asked_again(self, other: "ErasureRecord") -> Self:
        """Return the record of a new run."""
        names = ("run", "requested_at", "requested_by", "steps")
        return self.model_copy(update={name: getattr(other, name) for name in names})

    def noting(self, step: ErasureStep) -> Self:
        """Return the record with a step; one that is noted already stays as it was."""
        if any(one.service == step.service for one in self.steps):
            return self
        return self.model_copy(update={"steps": (*self.steps, step)})


class CompanyTypes(Document):
    """The activity types of a company, as last told; the id is the company's."""

    told_version: int
    types: tuple[ActivityType, ...]

    @property
    def active(self) -> tuple[str, ...]:
        """The keys of the active types, in their order."""
        return tuple(one.key_string for one in self.types if one.active)


class PublishedSkip(Document):
    """An event that was told to be left out, so that the same reason is told once."""

    connection_id: Id
    words: str


@dataclass(frozen=True)
class Stores:
    """Everything the connector keeps."""

    connections: Documents[Connection]
    slots: Documents[ConnectionSlot]
    events: Documents[EventState]
    series: Documents[SeriesState]
    credentials: Documents[Credentials]
    states: Documents[OAuthState]
    channels: Documents[Channel]
    parked: Documents[ParkedWork]
    answers: Documents[RecordedOutcome]
    types: Documents[CompanyTypes]
    skipped: Documents[PublishedSkip]
    written: Documents[WrittenEvent]
    erasures: Documents[ErasureRecord]
    traffic: Documents[Traffic]


def open_stores(store: Store, announce: Callable[[Connection], Sequence[Outgoing]]) -> Stores:
    """Register the collections; `announce` renders what the compacted topic says of a connection."""
    by_connection = Index([("connection_id", 1)])
    return Stores(
        connections=store.documents(
            "connections",
            Connection,
            indexes=[
                Index([("company_id", 1), ("user_id", 1)]),
                Index([("company_id", 1), ("calendar_identity", 1)]),
                Index([("due_at", 1)]),
                Index([("provider", 1), ("resume_at", 1)]),
                Index([("provider", 1), ("background_at", 1)]),
                Index([("provider", 1), ("account_id", 1)]),
                # What is counted for metrics.
                Index([("provider", 1), ("phase", 1), ("trouble.kind", 1)]),
                Index([("provider", 1), ("phase", 1), ("ever_replayed", 1)]),
                Index([("provider", 1), ("phase", 1), ("subscription.expires_at", 1)]),
                Index([("brake.id", 1)]),
            ],
            state_messages=announce,
        ),
        slots=store.documents("seats", ConnectionSlot),
        events=store.documents(
            "known_events",
            EventState,
            indexes=[
                Index([("scope", 1), ("series_id", 1)]),
                Index([("scope", 1), ("ends_at", 1)]),
                Index([("scope", 1), ("published", 1), ("starts_at", 1)]),
                Index([("scope", 1), ("seq", 1)]),
            ],
        ),
        series=store.documents("series", SeriesState, indexes=[Index([("scope", 1), ("lineage", 1)])]),
        credentials=store.documents("credentials", Credentials, indexes=[Index([("key_id", 1)])]),
        states=store.documents(
            "oauth_states",
            OAuthState,
            indexes=[by_connection, Index([("expires_at", 1)], expire_after=timedelta(minutes=10))],
        ),
        channels=store.documents("channels", Channel, indexes=[by_connection]),
        parked=store.documents("parked_work", ParkedWork, indexes=[by_connection]),
        answers=store.documents(
            "answers",
            RecordedOutcome,
            indexes=[
                Index([("at", 1)], expire_after=timedelta(days=7)),
                Index([("event_id", 1)]),
                Index([("message.connection_id", 1)]),
            ],
        ),
        types=store.documents("company_types", CompanyTypes),
        skipped=store.documents("left_out", PublishedSkip, indexes=[by_connection]),
        erasures=store.documents("erasures", ErasureRecord),
        written=store.documents(
            "written_events", WrittenEvent, indexes=[Index([("expires_at", 1)], expire_after=timedelta())]
        ),
        traffic=store.documents("traffic", Traffic, indexes=[Index([("expires_at", 1)], expire_after=timedelta())]),
    )
