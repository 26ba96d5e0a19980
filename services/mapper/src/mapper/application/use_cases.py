"""Everything the mapper does, wired: what its consumers, timers and start call."""

from dataclasses import dataclass
from datetime import timedelta

from chassis.clock import Clock
from chassis.persistence.relay import MessagePublisher
from mapper.adapters.collections import Collections
from mapper.application.activity_events import ActivityEventHandler
from mapper.application.calendar_events import CalendarEventHandler
from mapper.application.connections.erasing import Erasing
from mapper.application.connections.invalidation import Invalidation
from mapper.application.connections.pairing import PairingOnConnect
from mapper.application.connections.progress import Progress
from mapper.application.connections.reevaluation import LinkReevaluation
from mapper.application.connections.replays import ReplayCompletion
from mapper.application.connections.resending import Resending
from mapper.application.connections.settings import ConnectionHandler
from mapper.application.dirty_set import DirtyConnections
from mapper.application.link_lookup import LinkLookup
from mapper.application.mass_delete.answering import ConfirmationAnswers
from mapper.application.mass_delete.asking import ConfirmationRequests
from mapper.application.mass_delete.judging import DeletionJudge
from mapper.application.mass_delete.repository import GuardRepository
from mapper.application.parking import Parking
from mapper.application.skipped_events import SkippedEvents


@dataclass(frozen=True)
class UseCases:
    """The mapper's use cases on one database."""

    parking: Parking
    calendar_events: CalendarEventHandler
    activity_events: ActivityEventHandler
    connections: ConnectionHandler
    skipped_events: SkippedEvents
    reevaluation: LinkReevaluation
    judge: DeletionJudge
    answers: ConfirmationAnswers
    progress: Progress
    resending: Resending
    invalidation: Invalidation
    erasing: Erasing


def use_cases(
    collections: Collections,
    clock: Clock,
    publisher: MessagePublisher,
    *,
    resend_after: timedelta,
    replay_after: timedelta,
) -> UseCases:
    """Return the use cases; `resend_after` and `replay_after`: when commands and replays are asked for again."""
    dirty = DirtyConnections()
    replays = ReplayCompletion(collections, PairingOnConnect(collections, resend_after))
    repository = GuardRepository(collections, clock, resend_after)
    requests = ConfirmationRequests(repository)
    judge = DeletionJudge(repository, requests, dirty.guarded)
    calendar_events = CalendarEventHandler(
        collections, clock, resend_after, LinkLookup(collections), replays, dirty.touch
    )
    return UseCases(
        parking=Parking(collections, calendar_events),
        calendar_events=calendar_events,
        activity_events=ActivityEventHandler(collections, clock, resend_after, replays, dirty.touch),
        connections=ConnectionHandler(collections, clock, replay_after, dirty.touch),
        skipped_events=SkippedEvents(collections),
        reevaluation=LinkReevaluation(collections, clock, resend_after, judge, dirty.touch),
        judge=judge,
        answers=ConfirmationAnswers(repository, requests, dirty.guarded),
        progress=Progress(collections, clock, dirty),
        resending=Resending(collections, clock, resend_after, replay_after),
        invalidation=Invalidation(collections, clock),
        erasing=Erasing(collections, publisher, clock),
    )
