"""Commands under way: kept on the link with what they were made from, and sent again until they are answered."""

from datetime import timedelta

from mapper.application.causation import Causation
from mapper.application.message_factory import command_message, command_of
from mapper.domain.model.activity_content import guests_of
from mapper.domain.model.decision import Action, PutActivity, PutEvent, RemoveActivity, RemoveEvent
from mapper.domain.model.link import Link
from mapper.domain.model.pending import PendingCommand
from mapper.domain.model.sides import Guests

_LONGEST_BACKOFF = 32


def issue(
    link: Link, actions: tuple[Action, ...], causation: Causation, resend_after: timedelta, *, invites: bool
) -> Link:
    """Return the link with a command under way, and in its outbox, for each ask; `invites`: guests may get mail."""
    if not actions:
        return link
    pending = tuple(
        PendingCommand(
            event_fields=link.event.live.fields if link.event.live else None,
            activity_fields=link.activity_fields,
            guests=_guests(link, action, invites=invites),
            command=command_of(link, action, causation),
            context=action.block if isinstance(action, PutEvent) else None,
            closing=action.closing if isinstance(action, RemoveEvent | RemoveActivity) else None,
            due_at=causation.now + resend_after,
            edited_at=causation.edited_at,
        )
        for action in actions
    )
    return link.with_pending(pending).with_messages(*(command_message(one.command) for one in pending))


def resend(link: Link, causation: Causation, resend_after: timedelta) -> Link:
    """Return the link with its overdue commands sent again, the next time after twice the wait."""
    overdue = [one for one in link.pending if one.due_at <= causation.now]
    if not overdue:
        return link
    again = tuple(
        one.sent_again(causation.now + _wait(one, resend_after)) if one in overdue else one for one in link.pending
    )
    return link.with_pending(again).with_messages(*(command_message(one.command) for one in overdue))


def _wait(pending: PendingCommand, resend_after: timedelta) -> timedelta:
    times: int = min(2**pending.attempts, _LONGEST_BACKOFF)
    return resend_after * times


def _guests(link: Link, action: Action, *, invites: bool) -> Guests | None:
    if isinstance(action, PutActivity) and link.event.event is not None:
        return guests_of(link.event.event, invites=invites)
    return link.agreed_guests
