"""Messages as the connector sends them: the envelope is filled in here and nowhere else."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.clock import Clock
from chassis.ids import new_id
from chassis.messaging.publisher import Outgoing, outgoing
from chassis.observability.correlation import current_causation_id, current_correlation_id
from connector.domain.change_detection.event_change import EventChange
from connector.domain.change_detection.skipped_events import SkippedEvent
from connector.domain.connection.events import published_state
from connector.domain.model.connection import Connection
from contracts.calendar_commands import CalendarPull, CalendarPut, CalendarRemove, PullReason
from contracts.calendar_events import (
    CalendarCommandSettled,
    CalendarConfirmed,
    CalendarOutcome,
    CalendarReplayEnded,
    EventChanged,
    EventGone,
    Pass,
)
from contracts.calendar_objects import EventSnapshot
from contracts.connections import ConnectionChanged
from contracts.decisions import SyncDecided
from contracts.envelope import Cause, Message
from contracts.erasures import ErasedConnection, Erasure, ErasureRequested, ErasureStepDone, erased_documents
from contracts.topics import CALENDAR_COMMANDS, CALENDAR_EVENTS, CONNECTION_EVENTS, ERASURES, SYNC_DECISIONS


def _wire(topic: str, connection_id: str, message: Message) -> Outgoing:
    return outgoing(topic, connection_id, message)


@dataclass(frozen=True)
class MessageFactory:
    """Makes messages about connections, stamped by the clock."""

    clock: Clock

    def _envelope(self, connection: Connection, version: int, cause: Cause) -> dict[str, Any]:
        return self._common(connection.company_id, version, cause) | {"connection_id": connection.id}

    def _common(self, company_id: str, version: int, cause: Cause) -> dict[str, Any]:
        """Return the common part of every message (docs/decisions/causation-is-the-message-in-hand.md)."""
        return {
            "id": new_id(),
            "occurred_at": self.clock.now(),
            "company_id": company_id,
            "aggregate_version": version,
            "correlation_id": current_correlation_id(),
            "causation_id": current_causation_id(),
            "cause": cause,
        }

    def connection_changed(self, connection: Connection) -> list[Outgoing]:
        """Return the published state of a connection; nothing while it has no account."""
        fields = published_state(connection)
        if fields is None:
            return []
        envelope = self._envelope(connection, connection.version, "api")
        return [_wire(CONNECTION_EVENTS, connection.id, ConnectionChanged.model_validate(envelope | fields))]

    def erasure_requested(self, company_id: str, erasure_id: str, user_id: str | None, run: str) -> Outgoing:
        """Return the request to erase a person, or a company."""
        about = {"erasure_id": erasure_id, "user_id": user_id, "run": run}
        message = ErasureRequested.model_validate(self._common(company_id, 0, "api") | about)
        return _wire(ERASURES, erasure_id, message)

    def erasure_done(
        self, asked: Erasure, connections: tuple[ErasedConnection, ...], erased: dict[str, int]
    ) -> Outgoing:
        """Return that our part of an erasure is done."""
        about = {"erasure_id": asked.erasure_id, "user_id": asked.user_id, "run": asked.run}
        ours = {"service": "connector", "connections": connections, "erased": erased_documents(erased)}
        body = self._common(asked.company_id, 0, "sync") | about | ours
        return _wire(ERASURES, asked.erasure_id, ErasureStepDone.model_validate(body))

    def pull(self, connection: Connection, reason: PullReason) -> Outgoing:
        """Return the request to read what changed."""
        cause: Cause = "calendar" if reason == "push" else "sync"
        message = CalendarPull(**self._envelope(connection, connection.version, cause), reason=reason)
        return _wire(CALENDAR_COMMANDS, connection.id, message)

    def _calendar(self, connection: Connection, calendar_id: str, seq: int) -> dict[str, Any]:
        return self._envelope(connection, seq, "calendar") | {
            "account_key": connection.known_account,
            "calendar_id": calendar_id,
            "settings_version": connection.settings_version,
            "seq": seq,
        }

    def event_changed(self, connection: Connection, change: EventChange, seq: int, pass_id: str) -> Outgoing:
        """Return that an event is now like this."""
        message = EventChanged(
            **self._calendar(connection, change.event.calendar_id, seq),
            event=change.event,
            baseline=change.state.baseline,
            replaces=change.replaces,
            sync_pass=Pass(id=pass_id),
        )
        return _wire(CALENDAR_EVENTS, connection.id, message)

    def event_gone(
        self,
        connection: Connection,
        event_id: str,
        gone_at: datetime | None,
        *,
        calendar_id: str,
        seq: int,
        sync_pass: Pass,
        series_id: str | None = None,
    ) -> Outgoing:
        """Return that an event is really deleted; without the provider's time, since the last read began (J3)."""
        message = EventGone(
            **self._calendar(connection, calendar_id, seq),
            event_id=event_id,
            gone="deleted",
            gone_at=gone_at or connection.last_read_started_at,
            series_id=series_id,
            sync_pass=sync_pass,
        )
        return _wire(CALENDAR_EVENTS, connection.id, message)

    def event_left(self, connection: Connection, change: EventChange, seq: int) -> Outgoing:
        """Return that an event is a colleague's by now: its link closes, and nothing is deleted (A10, H2)."""
        message = EventGone(
            **self._calendar(connection, change.event.calendar_id, seq), event_id=change.event.event_id, gone="left"
        )
        return _wire(CALENDAR_EVENTS, connection.id, message)

    def replay_ended(self, connection: Connection, replay_id: str, seq: int, count: int) -> Outgoing:
        """Return that everything in the window has been published."""
        calendar = self._calendar(connection, connection.calendar_id, seq)
        return _wire(CALENDAR_EVENTS, connection.id, CalendarReplayEnded(**calendar, replay_id=replay_id, count=count))

    def confirmed(self, connection: Connection, replay_id: str, seq: int) -> Outgoing:
        """Return that every event that was asked for by its id has been published (H2)."""
        calendar = self._calendar(connection, connection.calendar_id, seq)
        return _wire(CALENDAR_EVENTS, connection.id, CalendarConfirmed(**calendar, replay_id=replay_id))

    def settled(  # noqa: PLR0913 - as many as an answer has parts
        self,
        connection: Connection,
        command: CalendarPut | CalendarRemove,
        outcome: CalendarOutcome,
        *,
        seq: int,
        event: EventSnapshot | None = None,
        event_id: str | None = None,
        generation: int = 0,
        reason: str | None = None,
        passing: bool = False,
        gone_at: datetime | None = None,
    ) -> CalendarCommandSettled:
        """Return the answer to a put or remove."""
        envelope = self._calendar(connection, command.calendar_id, max(seq, 1))
        return CalendarCommandSettled(
            **envelope | {"causation_id": command.id, "cause": "sync", "command_id": command.command_id},
            activity_id=command.activity_id,
            outcome=outcome,
            event=event,
            event_id=event_id,
            generation=generation,
            reason=reason,
            passing=passing,
            gone_at=gone_at,
        )

    def skipped(self, connection: Connection, found: SkippedEvent) -> Outgoing:
        """Return the decision that an event was skipped, which explain shows (L1)."""
        message = SyncDecided(
            **self._envelope(connection, connection.version, "calendar"),
            user_id=connection.user_id,
            event_id=found.event_id,
            outcome=found.outcome,
            rule=found.rule,
            words=found.words,
            setting=found.setting,
            remedy=found.remedy,
            reason=found.reason,
        )
        return _wire(SYNC_DECISIONS, connection.id, message)


def answer(message: CalendarCommandSettled) -> Outgoing:
    """Return an answer ready to be sent; the same command gets the same one again."""
    return _wire(CALENDAR_EVENTS, message.connection_id, message)
