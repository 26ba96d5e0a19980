"""How a connection changes by what is published of it, by its replays and by passes over its links."""

from datetime import datetime
from typing import Any

from contracts.connections import ConnectionChanged
from mapper.domain.model.connections.connection import Connection, Replay, Withheld


def _rule_inputs(connection: Connection) -> object:
    """What decisions depend on: a change of it has every link decided anew."""
    status = "running" if connection.running else connection.status
    asked = (connection.brake_id, connection.withheld)
    return (status, connection.settings, connection.coverage, connection.remove, connection.adopted, asked)


def with_epoch(before: Connection | None, after: Connection) -> Connection:
    """Return `after`, due for a pass over its links where anything that decides has changed."""
    if before is None or _rule_inputs(before) == _rule_inputs(after):
        return after
    return after.model_copy(update={"epoch": after.epoch + 1, "pass_due": True, "pass_until": None})


def apply_connection_changed(before: Connection | None, fact: ConnectionChanged) -> Connection:
    """Return the view after a fact; a fact older than what is known changes nothing."""
    if before is not None and fact.aggregate_version <= before.source_version:
        return before
    known = _fields_of(fact)
    if before is None:
        replay = Replay(id=fact.replay_id, to_confirm=True)
        return Connection(id=fact.connection_id, company_id=fact.company_id, replay=replay, **known)
    fresh = Replay(id=fact.replay_id, to_confirm=not before.adopted or before.replay.to_confirm)
    replay = before.replay if before.replay.id == fact.replay_id else fresh
    after = before.model_copy(update=known | {"replay": replay})
    return with_epoch(before, after.model_copy(update={"withheld": _withheld(before, after)}))


def _withheld(before: Connection, after: Connection) -> Withheld | None:
    """Return what the settings may delete, counted from the last ones that were carried out (H4)."""
    known, old, new = before.withheld, before.settings, after.settings
    if not after.running:
        return None
    if all(getattr(old, name) == getattr(new, name) for name in ("outbound_types", "direction", "invite_guests")):
        return known
    types = _taken_away(known.types if known else (), old.outbound_types, new.outbound_types)
    waking = new.direction == "two_way" and (old.direction == "one_way" or (known is not None and known.waking))
    inviting = new.invite_guests and (not old.invite_guests or (known is not None and known.inviting))
    withheld = Withheld(types=types, waking=waking, inviting=inviting)
    return withheld if waking or inviting or types != () else None


Types = tuple[str, ...] | None


def _taken_away(earlier: Types, before: Types, chosen: Types) -> Types:
    types = _joined(earlier, before) if _narrows(before, chosen) else earlier
    return types if _narrows(types, chosen) else ()


def _narrows(types: Types, chosen: Types) -> bool:
    return chosen is not None and (types is None or not set(types) <= set(chosen))


def _joined(types: Types, more: Types) -> Types:
    return None if types is None or more is None else tuple(dict.fromkeys((*types, *more)))


def _fields_of(fact: ConnectionChanged) -> dict[str, Any]:
    same = ("user_id", "provider", "account_key", "status", "settings", "settings_version", "coverage")
    names = (*same, "remove", "brake_answer")
    return {"source_version": fact.aggregate_version} | {name: getattr(fact, name) for name in names}


def with_replay_progress(connection: Connection, replay_id: str, **done: bool) -> Connection:
    """Return the connection after one side of a replay has come in; with both, creation may begin."""
    if connection.replay.id != replay_id:
        return connection
    replay = connection.replay.model_copy(update=done)
    due_at = None if replay.done else connection.replay_due_at
    adopted = connection.adopted or replay.done
    after = connection.model_copy(update={"replay": replay, "adopted": adopted, "replay_due_at": due_at})
    return with_epoch(connection, after)


def after_pass(connection: Connection, epoch: int, now: datetime, late_until: datetime) -> Connection:
    """Return the connection after a pass under this epoch: it looks for late writers until a time, then has ended."""
    if connection.epoch != epoch:
        return connection
    if connection.pass_until is None:
        return connection.with_pass_late_until(late_until)
    return connection.with_pass_ended() if connection.pass_until <= now else connection


def needs_replay_request(connection: Connection, now: datetime) -> bool:
    """Tell whether both sides are to be asked for a replay: a new one, or one that has not ended in time (K4)."""
    if not connection.running or connection.replay.done:
        return False
    overdue = connection.replay_due_at is not None and connection.replay_due_at <= now
    return connection.replay_asked != connection.replay.id or overdue
