"""What the mapper knows of a connection: its settings and how far its replays have come."""

from datetime import UTC, datetime
from typing import Final, Self

from pydantic import AwareDatetime, Field

from chassis.persistence.document import Document
from contracts.connections import BrakeAnswer, ConnectionSettings, ConnectionStatus, Coverage, Provider, Remove
from contracts.envelope import Value
from mapper.domain.model.window import latest

ERASED: Final = "erased"
"""What stands in the place of ids that can be addresses."""


class Replay(Value):
    """A replay of both sides (K4): no item is created before both have been taken in."""

    id: str
    calendar_done: bool = False
    activities_done: bool = False
    to_confirm: bool = Field(default=False, description="events of links that it did not show are still asked for (H2)")

    @property
    def both_sides_read(self) -> bool:
        """Whether everything of both sides has come in."""
        return self.calendar_done and self.activities_done

    @property
    def done(self) -> bool:
        """Whether nothing more is awaited."""
        return self.both_sides_read and not self.to_confirm


class Counts(Value):
    """What was last published of a connection's links (L2)."""

    replay_id: str
    replayed: bool
    links: int
    pending: int

    @classmethod
    def of(cls, connection: "Connection", *, links: int, pending: int) -> Self:
        """Return the counts of a connection's present replay."""
        return cls(replay_id=connection.replay.id, replayed=connection.caught_up, links=links, pending=pending)


class Withheld(Value):
    """A settings change that may delete items: nothing is deleted for it before it is judged (H4)."""

    types: tuple[str, ...] | None = Field(
        default=(), description="selected before it took some away (C5); None: all active types"
    )
    waking: bool = Field(default=False, description="it wakes links whose items were deleted while one-way (B3)")
    inviting: bool = Field(default=False, description="it allows the removals that wait since they mail guests (I2)")
    judged: bool = Field(default=False, description="over the limit: the user is asked to confirm it")

    def covers(self, activity_type: str) -> bool:
        """Tell whether activities of a type were in the calendar before the change."""
        return self.types is None or activity_type in self.types


class Connection(Document):
    """The mapper's view of a connection. `epoch` counts the changes after which every link is decided anew."""

    company_id: str
    user_id: str
    provider: Provider | None = Field(default=None, description="for metrics; none: stored before it was kept")
    account_key: str
    status: ConnectionStatus
    settings: ConnectionSettings
    settings_version: int
    source_version: int
    coverage: Coverage
    remove: Remove = "none"
    brake_answer: BrakeAnswer | None = None
    brake_id: str | None = Field(default=None, description="the confirmation request that is open (H4)")
    withheld: Withheld | None = None
    replay: Replay
    adopted: bool = False
    epoch: int = 1
    pass_due: bool = False
    pass_until: AwareDatetime | None = None
    replay_asked: str | None = Field(default=None, description="the replay that both sides were last asked for")
    replay_due_at: AwareDatetime | None = Field(default=None, description="when to ask again, unless it has ended")
    counted: Counts | None = None
    drained_epoch: int = 0

    @classmethod
    def erased(
        cls, connection_id: str, company_id: str, user_id: str, *, source_version: int, settings_version: int
    ) -> Self:
        """Return what is kept of a connection whose user was erased: ids and versions, by which late messages are told.

        Nothing is parked for settings that it has not seen, and nothing is synced: it is stopped.
        """
        return cls(
            id=connection_id,
            company_id=company_id,
            user_id=user_id,
            account_key=connection_id,
            status="stopped",
            settings=ConnectionSettings(calendar_id=ERASED),
            settings_version=settings_version,
            source_version=source_version,
            coverage=Coverage(connected_at=datetime.fromtimestamp(0, UTC)),
            replay=Replay(id=ERASED),
        )

    def replacing(self, current: Self) -> Self:
        """Return this connection as the next write in the place of what is stored."""
        kept = ("version", "write_id", "recent_writes")
        return self.model_copy(update={name: getattr(current, name) for name in kept})

    @property
    def running(self) -> bool:
        """Whether items are synced now; a connection that waits for its user still notes and decides."""
        return self.status not in {"connecting", "stopping", "stopped"}

    @property
    def one_way(self) -> bool:
        """Whether only the CRM's items go out (B2)."""
        return self.settings.direction == "one_way"

    @property
    def passing(self) -> bool:
        """Whether a pass has still to see links that were decided under an older epoch."""
        return self.pass_due and self.pass_until is None

    @property
    def caught_up(self) -> bool:
        """Whether the replay was taken in, and every link decided under what is known now (L2)."""
        return self.replay.done and not self.passing

    @property
    def idle(self) -> bool:
        """Whether it was published as caught up with nothing under way, and is not being stopped."""
        counted = self.counted
        if counted is None or counted.replay_id != self.replay.id:
            return False
        return counted.replayed and not counted.pending and self.caught_up and self.running

    @property
    def drains(self) -> bool:
        """Whether it is being stopped, its links are decided for that, and that is not published yet (K1)."""
        return self.status == "stopping" and self.drained_epoch != self.epoch and not self.passing

    @property
    def invites(self) -> bool:
        """Whether guests may get mail (I2); what that would remove is judged first (H4)."""
        return self.settings.invite_guests and not (self.withheld is not None and self.withheld.inviting)

    def selects(self, activity_type: str) -> bool:
        """Tell whether the outbound filter lets a type out (C1)."""
        chosen = self.settings.outbound_types
        return chosen is None or activity_type in chosen

    def withholds_deletion(self, at: datetime) -> bool:
        """Tell whether an item of calendar origin stays for now that lost its other side while one-way (B3, H4)."""
        since = self.coverage.two_way_since
        return self.withheld is not None and self.withheld.waking and since is not None and at <= since

    @property
    def to_judge(self) -> bool:
        """Whether a settings change has to be judged before anything is decided by it (H4)."""
        return self.withheld is not None and not self.withheld.judged and self.adopted and self.running

    def withholds(self, activity_type: str) -> bool:
        """Tell whether events of an unselected type stay in the calendar for now (H4)."""
        return self.withheld is not None and self.withheld.covers(activity_type)

    def covers_outbound_since(self, activity_type: str) -> AwareDatetime:
        """Return since when activities of a type are covered (D1, C5)."""
        selected = self.coverage.types_since.get(activity_type)
        return self._covered_since(selected)

    def covers_inbound_since(self, *, private: bool) -> AwareDatetime:
        """Return since when events are covered (D1, B4); private ones only since they are no longer skipped (G2)."""
        return self._covered_since(self.coverage.two_way_since, self.coverage.private_since if private else None)

    def expecting_replay(self, due_at: datetime | None) -> Self:
        """Return the connection with its replay to be asked for again at a time, unless it has ended by then."""
        return self.model_copy(update={"replay_due_at": due_at})

    def with_replay_requested(self, due_at: datetime) -> Self:
        """Return the connection with its present replay asked for."""
        return self.model_copy(update={"replay_asked": self.replay.id, "replay_due_at": due_at})

    def with_replay_invalidated(self, due_at: datetime) -> Self:
        """Return the connection as if nothing of its replay had come, and absent events had to be confirmed (K4)."""
        replay = Replay(id=self.replay.id, to_confirm=True)
        return self.model_copy(update={"replay": replay, "replay_due_at": due_at})

    def with_counts(self, counts: Counts) -> Self:
        """Return the connection with the counts that are published with this write."""
        return self.model_copy(update={"counted": counts})

    def with_drain_published(self) -> Self:
        """Return the connection with its present epoch published as drained."""
        return self.model_copy(update={"drained_epoch": self.epoch})

    def with_pass_late_until(self, until: datetime) -> Self:
        """Return the connection with a pass that has seen every link, and looks for late writers until then."""
        return self.model_copy(update={"pass_until": until})

    def with_pass_ended(self) -> Self:
        """Return the connection with no pass due."""
        return self.model_copy(update={"pass_due": False})

    def with_confirmation(self, brake_id: str | None) -> Self:
        """Return the connection with this confirmation request open; None: there is none (H4)."""
        return self.model_copy(update={"brake_id": brake_id})

    def with_settings_change_judged(self, judged: bool) -> Self:
        """Return the connection with its withheld settings change judged, or to be judged anew (H4)."""
        if self.withheld is None:
            return self
        return self.model_copy(update={"withheld": self.withheld.model_copy(update={"judged": judged})})

    def with_settings_change_released(self) -> Self:
        """Return the connection with its settings change withheld no longer (H4)."""
        return self.model_copy(update={"withheld": None})

    def _covered_since(self, *changes: AwareDatetime | None) -> AwareDatetime:
        """Return the latest moment that let items in: connecting, another calendar (A9), or these changes."""
        return latest(self.coverage.connected_at, self.coverage.calendar_since, *changes)
