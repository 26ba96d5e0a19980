"""Steps in a connection's life, as pure changes of its document: authorised, troubled, stopping, stopped."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from connector.domain.connection.sharing_news import owing_news, present_again
from connector.domain.model.connection import Connection, DueKind
from connector.domain.model.connection_parts import Counted, LastProblem, MassDeleteGuard, Trouble, TroubleKind
from connector.domain.model.settings import ChosenSettings
from connector.domain.provider.port import Account, CalendarInfo
from connector.domain.scheduling.jitter import next_daily
from connector.domain.scheduling.schedule import Changes, Due, retry_at, with_due
from contracts.connections import Coverage, Remove

_REPLAY_EXPECTED = timedelta(seconds=30)
_DAY = timedelta(days=1)
_AFTER_RETRY = timedelta(minutes=5)
_BEHIND_A_RETRY: tuple[DueKind, ...] = ("poll", "kick")


def pick_calendar(choices: ChosenSettings, calendars: Sequence[CalendarInfo]) -> CalendarInfo | None:
    """Return the chosen calendar, else the primary one (A5); None where neither can be synced."""
    usable = [calendar for calendar in calendars if calendar.selectable]
    chosen = (calendar for calendar in usable if calendar.id == choices.calendar_id)
    primary = (calendar for calendar in usable if calendar.primary)
    return next(chosen, None) or next(primary, None)


def authorised(
    connection: Connection, account: Account, key: str, calendar: CalendarInfo, *, now: datetime, replay_id: str
) -> Connection:
    """Return the connection with its account for the first time: the mapper is to replay both sides (K2)."""
    settings = connection.settings.with_calendar(calendar.id, calendar.timezone)
    coverage = Coverage(connected_at=now, types_since=connection.coverage.types_since)
    known = connection.with_account(account.id, key).known_by((account.email, *account.addresses))
    running = known.with_calendar_identity(calendar.identity, calendar.owner).with_settings(settings, coverage)
    asking = running.with_replay(replay_id).with_problem(None).with_trouble(None)
    return owing_news(with_due(asking, due_when_authorised(connection.id, now)), "joined")


def due_when_authorised(connection_id: str, now: datetime) -> Changes:
    """Return what is due after an account was connected: its first read, and from then on its daily work."""
    later = now + _DAY / 2
    return {**next_horizon(connection_id, later), **next_reconcile(connection_id, later), **due_when_replaying(now)}


def next_horizon(connection_id: str, after: datetime) -> Changes:
    """Return when the horizon rolls on next: daily, at the connection's own time, or all were at it at once."""
    return {"horizon": next_daily(after, f"{connection_id}:horizon")}


def next_reconcile(connection_id: str, after: datetime) -> Changes:
    """Return when both sides are next compared in full: daily, at another time of the connection's own."""
    return {"reconcile": next_daily(after, f"{connection_id}:reconcile")}


def due_when_replaying(now: datetime) -> Changes:
    """Return until when the mapper is to have asked for a replay; without that, the state is published again."""
    return {"kick": now + _REPLAY_EXPECTED}


def expecting_replay(connection: Connection, now: datetime) -> Connection:
    """Return the connection waiting for the mapper to ask for a replay."""
    return with_due(connection, due_when_replaying(now))


def reauthorised(connection: Connection, now: datetime) -> Connection:
    """Return the connection with its grant back: parked work goes on at once (K4)."""
    healthy = present_again(connection).with_trouble(None).with_problem(None)
    return with_due(healthy, {"retry": now, "poll": now, "settings": now})


def troubled(
    connection: Connection,
    kind: TroubleKind,
    code: str,
    detail: str,
    *,
    now: datetime,
    retry_after: float | None = None,
) -> Connection:
    """Return the connection with its work parked, until the user acts or a time that grows with each failure."""
    last = connection.trouble if connection.trouble and connection.trouble.kind == kind else None
    connection = connection if last else present_again(connection)
    attempts = last.attempts + 1 if last else 1
    again = None if kind == "needs_reauth" else retry_at(connection.id, attempts, now, retry_after)
    trouble = Trouble(kind=kind, since=last.since if last else now, attempts=attempts, retry_at=again)
    problem = LastProblem(code=code, detail=detail, at=now)
    parked = connection.with_trouble(trouble).with_problem(problem)
    absent: Changes = {} if last else {"absent": trouble.ends_at}
    return with_due(parked, {**due_when_troubled(parked.due, again, now), **absent})


def due_when_troubled(due: Due, again: datetime | None, now: datetime) -> Changes:
    """Return what changes while the provider cannot be asked: the retry's read does for what was waiting.

    A poll before it were in vain, and so were asking for the replay again: both come after.
    """
    later = (again or now) + _AFTER_RETRY
    behind: Changes = {kind: max(due[kind], later) for kind in _BEHIND_A_RETRY if kind in due}
    return {"retry": again, "window": None, "second_look": None, **behind}


def healthy(connection: Connection) -> Connection:
    """Return the connection after the provider has answered; the retry stays due, for it takes up parked work."""
    return present_again(connection).with_trouble(None) if connection.trouble else connection


def resuming(connection: Connection, now: datetime) -> Connection:
    """Return the connection with a time for what was parked: now, where a retry has just come by (K4)."""
    needs_user = connection.trouble is not None and connection.trouble.needs_user
    return connection if needs_user or "retry" in connection.due else with_due(connection, {"retry": now})


def none_parked(connection: Connection) -> Connection:
    """Return the connection without a time for parked work, which has been taken up; trouble has a time of its own."""
    return connection if connection.trouble is not None else with_due(connection, {"retry": None})


def counted(connection: Connection, news: Counted) -> Connection:
    """Return the connection with the mapper's latest counts."""
    current = news.replay_id == connection.replay_id
    replayed = connection.ever_replayed or (current and news.replayed)
    return connection.with_counts(news, ever_replayed=replayed)


def deletions_held(connection: Connection, guard: MassDeleteGuard) -> Connection:
    """Return the connection waiting for the user's confirmation; a newer guard replaces an open one (H4)."""
    if connection.phase != "running" or (connection.brake and connection.brake.id == guard.id):
        return connection
    return connection.with_guard(guard)


def deletions_released(connection: Connection, brake_id: str) -> Connection:
    """Return the connection without its mass-delete guard, if it is still that one (H4)."""
    if connection.brake is None or connection.brake.id != brake_id:
        return connection
    return connection.with_guard(None)


def resyncing(connection: Connection, replay_id: str, now: datetime) -> Connection:
    """Return the connection asking for a replay of both sides (K4)."""
    return expecting_replay(connection.with_replay(replay_id), now)


def stopping(connection: Connection, remove: Remove) -> Connection:
    """Return the connection on its way out (K1). With nothing to remove and no grant, it is out at once."""
    helpless = connection.trouble is not None and connection.trouble.needs_user
    if connection.phase == "connecting" or (remove == "none" and helpless):
        return stopped(connection.with_removal(remove))
    quiet = with_due(connection, {kind: None for kind in connection.due if kind != "colleagues"})
    return quiet.with_phase("stopping").with_removal(remove).with_guard(None)


def drained(connection: Connection, refused: int, now: datetime) -> Connection:
    """Return the connection ready to be taken down: the mapper has removed what was to be removed."""
    if connection.phase != "stopping":
        return connection
    left = f"{refused} items could not be removed and were left where they are"
    problem = LastProblem(code="left_behind", detail=left, at=now) if refused else connection.last_problem
    return with_due(connection.with_problem(problem), {"retire": now})


def stopped(connection: Connection) -> Connection:
    """Return the connection stopped: its user may connect again (A7)."""
    ended = connection.with_phase("stopped").with_subscription(None, connection.push).with_trouble(None)
    quiet = with_due(ended.without_cursor(), dict.fromkeys(connection.due))
    return owing_news(quiet, "left")
