"""Carries a link from one decision to the next: decide, issue, record, tell. Pure but for the ids it draws."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chassis.ids import new_id
from chassis.messaging.publisher import outgoing
from contracts.activities import SyncSummary
from contracts.decisions import SyncDecided
from contracts.links import LinkStateChanged
from contracts.topics import LINK_STATES, SYNC_DECISIONS
from mapper.application.causation import Trigger
from mapper.application.command_messages import issue
from mapper.domain.model.connection import Connection
from mapper.domain.model.decision import Explanation
from mapper.domain.model.link import DecisionRecord, Link
from mapper.domain.rules.reconcile import reconcile
from mapper.domain.rules.redaction import redacted

_KEPT_DECISIONS = 20


@dataclass(frozen=True)
class Advance:
    """How links go on under a connection."""

    connection: Connection
    trigger: Trigger
    resend_after: timedelta

    def __call__(self, before: Link | None, noted: Link, settled: Explanation | None = None) -> Link:
        """Return the link after a note on it; the very same when there is nothing to write.

        `settled` is the verdict of an outcome, where that alone decided; then nothing is tried anew.
        """
        noted = redacted(noted, self.connection)
        if before is not None and noted == before and noted.epoch >= self.connection.epoch:
            return before
        link, explanation = noted, settled
        if settled is None:
            decision = reconcile(noted, self.connection, self.trigger.now)
            link = issue(decision.link, decision.actions, self.trigger, self.resend_after)
            explanation = decision.explanation
        link = self._record(link, explanation)
        link = link.model_copy(update={"epoch": self.connection.epoch, "updated_at": self.trigger.now})
        return self._tell(before, link)

    def unless_taken_over(self, current: Link | None, note: Callable[[Link], Link] = lambda link: link) -> Link | None:
        """Return the link after a note on it; as it is where another connection has taken it over meanwhile (K2)."""
        if current is None or current.connection_id != self.connection.id:
            return current
        return self(current, note(current))

    def _record(self, link: Link, explanation: Explanation | None) -> Link:
        last = link.records[0] if link.records else None
        if explanation is None or explanation.passing or _repeats(explanation, last):
            return link
        message = outgoing(SYNC_DECISIONS, link.connection_id, self._decided(link, explanation))
        record = DecisionRecord(outcome=explanation.outcome, rule=explanation.rule, text=message.value)
        records = (record, *link.records)[:_KEPT_DECISIONS]
        return link.model_copy(update={"records": records}).with_messages(message)

    def _decided(self, link: Link, explanation: Explanation) -> SyncDecided:
        return SyncDecided(
            **self._envelope(link),
            user_id=link.user_id,
            activity_id=link.activity_id if link.activity.activity or link.agreed else None,
            event_id=link.event_id,
            outcome=explanation.outcome,
            rule=explanation.rule,
            setting=explanation.setting,
            words=explanation.words,
            remedy=explanation.remedy,
            lost=explanation.lost,
        )

    def tell_again(self, before: Link | None, link: Link, sync: SyncSummary | None) -> Link:
        """Return the link telling how it stands, where its activity shows otherwise (K4).

        A broker that forgot takes along what was told and not yet taken in.
        """
        told = before is None or _shown(before) != _shown(link)
        return link if told or (sync is not None and _is_as_shown(link, sync)) else self._tell(None, link)

    def _tell(self, before: Link | None, link: Link) -> Link:
        if (
            link.state == "unlinked"
            or _is_only_asked_for(link)
            or (before is not None and _shown(before) == _shown(link))
        ):
            return link
        fact = LinkStateChanged(
            **self._envelope(link),
            activity_id=link.activity_id,
            account_key=link.account_key,
            calendar_id=link.calendar_id,
            event_id=link.event_id,
            origin=link.origin,
            state=link.state,
            reason=link.reason,
        )
        return link.with_messages(outgoing(LINK_STATES, link.connection_id, fact))

    def _envelope(self, link: Link) -> dict[str, Any]:
        return {
            "id": new_id(),
            "occurred_at": self.trigger.now,
            "company_id": link.company_id,
            "aggregate_version": link.published_version + 1,
            "correlation_id": self.trigger.correlation_id,
            "causation_id": self.trigger.causation_id,
            "cause": "sync",
            "connection_id": link.connection_id,
        }


def _is_only_asked_for(link: Link) -> bool:
    """Tell whether its activity is not there yet: nobody could show how it stands."""
    return link.state == "pending" and link.activity.activity is None


def _is_as_shown(link: Link, sync: SyncSummary) -> bool:
    """Tell whether an activity shows how a link stands, or an open link of another connection, which covers it."""
    covered = sync.connection_id != link.connection_id and link.state == "closed"
    shown = (sync.connection_id, sync.state, sync.reason)
    return covered or shown == (link.connection_id, link.state, link.reason)


def _shown(link: Link) -> tuple[object, ...]:
    return (link.state, link.reason, link.event_id, link.connection_id, link.calendar_id, link.versions_before)


def _repeats(explanation: Explanation, last: DecisionRecord | None) -> bool:
    # A lost value is always recorded; else only a new outcome or rule is (L1).
    if last is None or explanation.lost:
        return False
    return (explanation.outcome, explanation.rule) == (last.outcome, last.rule)
