"""Carries a link from one decision to the next: reconcile, issue commands, record, publish.

Pure but for new ids, and for the count of decisions.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from contracts.activities import SyncSummary
from mapper.adapters.metrics import DECISIONS
from mapper.application.causation import Causation
from mapper.application.message_factory import decision_message, link_state_message
from mapper.application.pending_commands import issue
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.decision import Decision, Explanation
from mapper.domain.model.link import DecisionRecord, Link
from mapper.domain.model.pending import PendingCommand
from mapper.domain.rules.publication import changes_state, is_lost_state, is_new_decision
from mapper.domain.rules.reconcile import reconcile
from mapper.domain.rules.redaction import redacted


@dataclass(frozen=True)
class LinkTransition:
    """How links change under a connection, in answer to one message or timer."""

    connection: Connection
    causation: Causation
    resend_after: timedelta

    def following(self, answered: PendingCommand | None) -> "LinkTransition":
        """Return the same in answer to the outcome of a command: what is tried anew carries the same edit over."""
        return replace(self, causation=self.causation.of_edit(answered.edited_at if answered else None))

    def __call__(self, before: Link | None, noted: Link) -> Link:
        """Return the link as it is decided after a note on it; the very same when there is nothing to write."""
        noted = redacted(noted, self.connection)
        if before is not None and noted == before and noted.epoch >= self.connection.epoch:
            return before
        decision = reconcile(noted, self.connection, self.causation.now)
        invites = self.connection.invites
        link = issue(decision.link, decision.actions, self.causation, self.resend_after, invites=invites)
        return self._published(before, link, decision.explanation)

    def settled(self, before: Link, outcome: Decision) -> Link:
        """Return the link after the outcome of a command; one that decided by itself has nothing tried anew."""
        if outcome.link is before:
            return before
        if outcome.explanation is None:
            return self(before, outcome.link)
        noted = redacted(outcome.link, self.connection)
        return self._published(before, noted, outcome.explanation)

    def unless_taken_over(self, current: Link | None, note: Callable[[Link], Link] = lambda link: link) -> Link | None:
        """Return the link after a note on it; as it is where another connection has taken it over meanwhile (K2)."""
        if current is None or current.connection_id != self.connection.id:
            return current
        return self(current, note(current))

    def republished(self, before: Link | None, link: Link, sync: SyncSummary | None) -> Link:
        """Return the link with its state published anew, where a replay shows that it was lost (K4)."""
        if not is_lost_state(before, link, sync):
            return link
        return link.with_messages(link_state_message(link, self.causation))

    def _published(self, before: Link | None, link: Link, explanation: Explanation | None) -> Link:
        new = explanation if explanation and is_new_decision(link, explanation) else None
        publishes_state = changes_state(before, link)
        if new is not None:
            link = self._recorded(link, new)
        if publishes_state:
            link = link.with_messages(link_state_message(link, self.causation))
        return link.decided_under(self.connection.epoch, self.causation.now)

    def _recorded(self, link: Link, explanation: Explanation) -> Link:
        DECISIONS.labels(explanation.rule, explanation.outcome).inc()
        message = decision_message(link, explanation, self.causation)
        record = DecisionRecord(outcome=explanation.outcome, rule=explanation.rule, text=message.value)
        return link.recording(record).with_messages(message)
