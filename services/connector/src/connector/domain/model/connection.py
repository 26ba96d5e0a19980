"""The connection's document: one user's connected calendar account, and how its work stands."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple, Self

from pydantic import AwareDatetime, Field, model_validator

from chassis.persistence.document import Document
from connector.domain.model.connection_parts import (
    Counted,
    InFlight,
    LastProblem,
    Lease,
    MassDeleteGuard,
    Subscription,
    Trouble,
)
from connector.domain.model.settings import ChosenSettings
from contracts.connections import BrakeAnswer, Coverage, Provider, Remove
from contracts.envelope import Id

Phase = Literal["connecting", "running", "stopping", "stopped"]
Push = Literal["webhook", "polling"]
DueKind = Literal[
    "window",
    "second_look",
    "settings",
    "poll",
    "retry",
    "horizon",
    "reconcile",
    "channel",
    "kick",
    "retire",
    "absent",
    "colleagues",
]
SharingNews = Literal["left", "joined", "back"]


ERASED: Final = "erased"
"""What stands in the place of a calendar's id, which can be an address."""


class Earliest(NamedTuple):
    """What the indexes are on: what somebody waits for, parked work to be gone on with, and what can wait."""

    due_at: datetime | None
    resume_at: datetime | None
    background_at: datetime | None


class Connection(Document):
    """A connection: its settings, its status, and the state of the work on it."""

    company_id: Id
    user_id: Id
    provider: Provider
    email: str
    created_at: AwareDatetime
    phase: Phase = "connecting"
    server: str | None = Field(default=None, description="host of the provider's server, where each company has one")
    account_id: str | None = None
    account_key: Id | None = None
    addresses: tuple[str, ...] = Field(default=(), description="all by which the account is known")
    calendar_identity: str = Field(default="", description="of the chosen calendar, in whosever account (A10)")
    calendar_owner: str | None = Field(default=None, description="the address of whose calendar it is")

    settings: ChosenSettings = ChosenSettings()
    settings_version: int = 1
    coverage: Coverage
    replay_id: Id
    erased_at: AwareDatetime | None = Field(default=None, description="since when only ids and versions are kept")
    remove: Remove = "none"

    push: Push = "polling"
    subscription: Subscription | None = None
    trouble: Trouble | None = None
    last_problem: LastProblem | None = None
    brake: MassDeleteGuard | None = None
    brake_answer: BrakeAnswer | None = None
    counted: Counted | None = None
    ever_replayed: bool = False
    told: int = Field(default=0, description="events told in the present replay")

    quiet_polls: int = Field(default=0, description="polls in a row that found nothing which push had not told")

    cursor: str | None = None
    last_read_at: AwareDatetime | None = None
    last_read_started_at: AwareDatetime | None = None

    seq: int = 0
    shown_seq: int = Field(default=0, description="all that was stored up to this one was in a complete read")
    fence: int = 0
    lease: Lease | None = None
    writes: tuple[InFlight, ...] = Field(
        default=(), description="writes at the provider of which the outcome is not stored yet, oldest first"
    )

    sharing_news: dict[str, SharingNews] = Field(
        default_factory=dict, description="what the others in a calendar are to learn, by its identity (A10)"
    )

    due: dict[DueKind, AwareDatetime] = Field(default_factory=dict)
    due_at: AwareDatetime | None = Field(default=None, description="the earliest of what somebody waits for")
    resume_at: AwareDatetime | None = Field(default=None, description="when parked work goes on")
    background_at: AwareDatetime | None = Field(default=None, description="the earliest of what can wait")

    @model_validator(mode="before")
    @classmethod
    def _with_the_note_of_the_build_before(cls, stored: Any) -> Any:  # noqa: ANN401 - whatever was stored
        """Take a document over that was written when only one write was under way at a time."""
        note = stored.get("in_flight") if isinstance(stored, dict) else None
        return {**stored, "writes": [note, *stored.get("writes", ())]} if note else stored

    @property
    def calendar_id(self) -> str:
        """The chosen calendar; only for a connection that was authorised."""
        if self.settings.calendar_id is None:
            raise ValueError(f"connection {self.id} has no calendar yet")
        return self.settings.calendar_id

    @property
    def awaits_teardown(self) -> bool:
        """Whether it was stopped, and what it has at its provider is still to be given back (K1)."""
        return self.phase == "stopping" and "retire" in self.due

    @property
    def known_account(self) -> str:
        """The account key; only for a connection that was authorised."""
        if self.account_key is None:
            raise ValueError(f"connection {self.id} has no account yet")
        return self.account_key

    @property
    def answered_by(self) -> str:
        """Whose answers tell how fast this connection's provider may be asked: its server's, where it has its own."""
        return f"{self.provider}:{self.server}" if self.server else self.provider

    @property
    def zone(self) -> str:
        """The IANA zone in which this connection's days begin."""
        return self.settings.timezone or "UTC"

    def can_work(self, now: datetime) -> bool:
        """Whether the provider may be asked now."""
        if self.trouble is None:
            return True
        return self.trouble.retry_at is not None and self.trouble.retry_at <= now

    def takes_part(self, now: datetime) -> bool:
        """Whether it has a say in whose the calendar's events are (A10); while it stops, it still removes its own."""
        ends = self.trouble.ends_at if self.trouble else None
        return self.phase in {"running", "stopping"} and (ends is None or now < ends)

    def erased(self, now: datetime) -> "Connection":
        """Return what is kept when its user is erased: ids, versions and times, so that late messages are told as such.

        It is made anew from these, so that a field which somebody adds is not kept unless it is named here. An account
        that was published once stays published, under the connection's own id.
        """
        published = self.account_key is not None and self.settings.calendar_id is not None
        return Connection(
            id=self.id,
            version=self.version,
            company_id=self.company_id,
            user_id=self.user_id,
            provider=self.provider,
            email="",
            created_at=self.created_at,
            phase="stopped",
            account_key=self.id if published else None,
            settings=ChosenSettings(calendar_id=ERASED if published else None),
            settings_version=self.settings_version + 1,
            coverage=Coverage(connected_at=self.coverage.connected_at),
            replay_id=self.replay_id,
            seq=self.seq,
            fence=self.fence + 1,
            erased_at=now,
            write_id=self.write_id,
            recent_writes=self.recent_writes,
        )

    def with_account(self, account_id: str, account_key: str) -> Self:
        """Return the connection running, with the account that signed in."""
        return self.model_copy(update={"account_id": account_id, "account_key": account_key, "phase": "running"})

    def with_server(self, host: str | None) -> Self:
        """Return the connection with the host of its own server."""
        return self.model_copy(update={"server": host})

    def known_by(self, addresses: Sequence[str]) -> Self:
        """Return the connection with all addresses of its account."""
        return self.model_copy(update={"addresses": tuple(addresses)})

    def with_calendar_identity(self, identity: str, owner: str | None) -> Self:
        """Return the connection with what its calendar is known by in every account (A10)."""
        return self.model_copy(update={"calendar_identity": identity, "calendar_owner": owner})

    def with_sharing_news(self, news: Mapping[str, SharingNews]) -> Self:
        """Return the connection with what the others in its calendars are to learn (A10)."""
        return self.model_copy(update={"sharing_news": dict(news)})

    def with_settings(self, settings: ChosenSettings, coverage: Coverage) -> Self:
        """Return the connection with other settings, which makes another version of them."""
        version = self.settings_version + 1
        return self.model_copy(update={"settings": settings, "settings_version": version, "coverage": coverage})

    def with_replay(self, replay_id: str) -> Self:
        """Return the connection asking for a new replay of both sides."""
        return self.model_copy(update={"replay_id": replay_id, "told": 0})

    def with_published(self, count: int) -> Self:
        """Return the connection with the number of events published in the present replay."""
        return self.model_copy(update={"told": count})

    def with_phase(self, phase: Phase) -> Self:
        """Return the connection in another phase."""
        return self.model_copy(update={"phase": phase})

    def with_removal(self, remove: Remove) -> Self:
        """Return the connection with what stopping it removes (K1)."""
        return self.model_copy(update={"remove": remove})

    def with_trouble(self, trouble: Trouble | None) -> Self:
        """Return the connection with the reason why its provider cannot be asked."""
        return self.model_copy(update={"trouble": trouble})

    def with_problem(self, problem: LastProblem | None) -> Self:
        """Return the connection with what the user sees as its last problem."""
        return self.model_copy(update={"last_problem": problem})

    def with_guard(self, guard: MassDeleteGuard | None) -> Self:
        """Return the connection with another question, or none, about deletions (H4); an earlier answer is void."""
        return self.model_copy(update={"brake": guard, "brake_answer": None})

    def with_guard_answer(self, answer: BrakeAnswer) -> Self:
        """Return the connection with the user's answer (H4)."""
        return self.model_copy(update={"brake_answer": answer})

    def with_counts(self, counted: Counted, *, ever_replayed: bool) -> Self:
        """Return the connection with the mapper's latest counts (L2)."""
        return self.model_copy(update={"counted": counted, "ever_replayed": ever_replayed})

    def with_subscription(self, subscription: Subscription | None, push: Push) -> Self:
        """Return the connection with its push channel, and how changes become known."""
        return self.model_copy(update={"subscription": subscription, "push": push})

    def with_read(
        self, cursor: str, started_at: datetime, finished_at: datetime, quiet_polls: int, shown_seq: int
    ) -> Self:
        """Return the connection after a complete read."""
        read = {"cursor": cursor, "last_read_started_at": started_at, "last_read_at": finished_at}
        return self.model_copy(update=read | {"quiet_polls": quiet_polls, "shown_seq": shown_seq})

    def without_cursor(self) -> Self:
        """Return the connection as one whose calendar is to be read from the start."""
        return self.model_copy(update={"cursor": None})

    def without_reads(self) -> Self:
        """Return the connection as one whose calendar has never been read."""
        return self.model_copy(update={"cursor": None, "last_read_started_at": None})

    def with_lease(self, lease: Lease | None) -> Self:
        """Return the connection leased to somebody, or to nobody."""
        return self.model_copy(update={"lease": lease})

    def with_fence(self, fence: int) -> Self:
        """Return the connection with the fencing number of its latest lease."""
        return self.model_copy(update={"fence": fence})

    def with_next_seq(self) -> Self:
        """Return the connection with the next `seq` drawn: what is published with it is newer than all before."""
        return self.model_copy(update={"seq": self.seq + 1})

    def note_of(self, command_id: str) -> InFlight | None:
        """Return the note of a command's write that is under way; None where there is none."""
        return next((note for note in self.writes if note.command_id == command_id), None)

    def with_note(self, note: InFlight) -> Self:
        """Return the connection with the note of a write under way, in place of an earlier one of that command."""
        others = self.without_notes({note.command_id}).writes
        return self.model_copy(update={"writes": (*others, note)})

    def without_notes(self, command_ids: Collection[str]) -> Self:
        """Return the connection without the notes of writes whose outcomes are stored."""
        left = tuple(note for note in self.writes if note.command_id not in command_ids)
        return self if left == self.writes else self.model_copy(update={"writes": left})

    def with_schedule(self, due: Mapping[DueKind, datetime], earliest: "Earliest") -> Self:
        """Return the connection with these due times, and the earliest of them, which the indexes are on."""
        return self.model_copy(update={"due": dict(due), **earliest._asdict()})
