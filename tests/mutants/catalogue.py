"""Which faults are planted: a piece of the engine's source, what stands there instead, and the rule that breaks."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Mutant:
    """One fault. `original` must stand exactly once in `module`, a module of `mapper`, as `domain.rules.reconcile`."""

    rule: str
    fault: str
    module: str
    original: str
    planted: str


MUTANTS: Final[tuple[Mutant, ...]] = (
    Mutant("A1", "others' activities go out", "domain.rules.reconcile", "    _not_owner,\n", ""),
    Mutant(
        "A8",
        "the old owner keeps the event",
        "domain.rules.reconcile",
        'explanations.HANDED_OVER, RemoveEvent("not_owner"))',
        "explanations.HANDED_OVER)",
    ),
    Mutant("A9", "events stay in the calendar before", "domain.rules.reconcile", "    _other_calendar,\n", ""),
    Mutant(
        "A9",
        "events of calendar origin move, too",
        "domain.rules.reconcile",
        '    if context.from_calendar:\n        return skip(context, "calendar_changed"',
        '    if False:\n        return skip(context, "calendar_changed"',
    ),
    Mutant(
        "A8",
        "stopping takes somebody else's activity",
        "domain.rules.stopping",
        "context.from_calendar and own:",
        "context.from_calendar:",
    ),
    Mutant(
        "B2",
        "events come in one-way",
        "domain.rules.inbound",
        "    obstacle = _direction(context) or excluded",
        "    obstacle = excluded",
    ),
    Mutant("B3", "nothing sleeps in one-way", "domain.rules.reconcile", "    _dormant,\n", ""),
    Mutant(
        "C1",
        "every type goes out",
        "domain.rules.outbound",
        "    if context.connection.selects(activity.type):\n        return None",
        "    if True:\n        return None",
    ),
    Mutant(
        "C2", "events are saved as a call", "domain.model.activity_content", "else settings.inbound_type", 'else "call"'
    ),
    Mutant(
        "J3",
        "what comes back is of the inbound type",
        "domain.model.activity_content",
        "type=None if comes_back else ",
        "type=",
    ),
    Mutant(
        "C5",
        "an unselected type stays in the calendar",
        "domain.rules.both_sides",
        "    if not context.connection.selects(activity.type) and not context.from_calendar:",
        "    if False:",
    ),
    Mutant(
        "C5",
        "events of calendar origin leave with their type",
        "domain.rules.both_sides",
        "selects(activity.type) and not context.from_calendar:",
        "selects(activity.type):",
    ),
    Mutant(
        "C5",
        "the calendar's edits are lost with the event",
        "domain.rules.carry_over",
        "    if not merged.to_crm:\n        return None",
        "    return None",
    ),
    Mutant(
        "C6",
        "edits of an unselected type go out",
        "domain.rules.carry_over",
        "    waits = bool(merged.to_calendar) and not context.connection.selects(activity.type)",
        "    waits = False",
    ),
    Mutant(
        "D1",
        "past events come in",
        "domain.rules.inbound",
        '        return "past", explanations.PAST\n    late',
        "        pass\n    late",
    ),
    Mutant(
        "D1",
        "past activities go out",
        "domain.rules.outbound",
        '        return "past", explanations.PAST\n',
        "        pass\n",
    ),
    Mutant(
        "D1",
        "an all-day item is over when its last day begins",
        "domain.model.window",
        ">= moment.astimezone",
        "> moment.astimezone",
    ),
    Mutant(
        "D2",
        "past items are merged",
        "domain.rules.both_sides",
        "merged = merge(link, calendar_owns_all=read_only(event), without=late)\n    late_guests",
        "merged = merge(link, calendar_owns_all=read_only(event))\n    late_guests",
    ),
    Mutant(
        "D2",
        "past items are deleted",
        "domain.rules.deletion",
        "    return context.link.agreed_event is not None and not was_upcoming",
        "    return False and not was_upcoming",
    ),
    Mutant(
        "D3",
        "backfill none takes old activities",
        "domain.rules.outbound",
        'if connection.settings.backfill == "none" and',
        "if False and",
    ),
    Mutant(
        "D3",
        "backfill none takes old events",
        "domain.rules.inbound",
        'late = context.connection.settings.backfill == "none" and',
        "late = False and",
    ),
    Mutant(
        "D4",
        "an undated activity of calendar origin loses its event",
        "domain.rules.both_sides",
        '    if context.from_calendar:\n        return transition(context, "dormant", "undated"',
        '    if False:\n        return transition(context, "dormant", "undated"',
    ),
    Mutant(
        "D7",
        "declined events come in",
        "domain.rules.inbound",
        '    if event.response == "declined":\n        return "declined", explanations.DECLINED\n',
        "",
    ),
    Mutant("D7", "birthdays come in", "domain.rules.inbound", '{"birthday", "working_location"}', "{}"),
    Mutant("D8", "closed for good reopens", "domain.rules.reconcile", "    _closed_for_good,\n", ""),
    Mutant(
        "E2", "an occurrence is editable", "domain.model.activity_content", " or event.occurrence is not None\n", "\n"
    ),
    Mutant(
        "E5",
        "a read-only event is written",
        "domain.rules.merge",
        "    won = {pair for pair in disputed if pair not in ruled and",
        "    won = {pair for pair in disputed if",
    ),
    Mutant(
        "E5",
        "the CRM's edit of a read-only event stays",
        "domain.rules.merge",
        "if pair in ruled and pair in in_crm - in_calendar",
        "if False",
    ),
    Mutant(
        "F2",
        "the default duration is written back",
        "domain.model.schedules",
        "previous is not None and not _span(previous.duration) and span == default",
        "False",
    ),
    Mutant(
        "F2",
        "the default duration is an hour",
        "domain.model.schedules",
        "timedelta(minutes=30)",
        "timedelta(minutes=60)",
    ),
    Mutant(
        "F3",
        "busy is turned round",
        "domain.model.fields",
        'return event.transparency == "opaque"',
        'return event.transparency != "opaque"',
    ),
    Mutant("F3", "the note is kept on the link", "domain.model.snapshots", '"note": "", ', ""),
    Mutant(
        "F7",
        "the placeholder is written back",
        "domain.model.fields",
        'return "" if activity.subject == NO_TITLE else activity.subject',
        "return activity.subject",
    ),
    Mutant(
        "G2",
        "private events come in under skip",
        "domain.rules.inbound",
        'context.connection.settings.private_events == "skip"',
        "False",
    ),
    Mutant(
        "H1",
        "a deleted event leaves its activity",
        "domain.rules.deletion",
        'explanations.EVENT_DELETED, RemoveActivity("deleted"))',
        "explanations.EVENT_DELETED)",
    ),
    Mutant(
        "H1",
        "a deleted activity leaves its event",
        "domain.rules.deletion",
        'explanations.ACTIVITY_DELETED, RemoveEvent("deleted"))',
        "explanations.ACTIVITY_DELETED)",
    ),
    Mutant(
        "H1",
        "keep is ignored",
        "domain.rules.deletion",
        'if context.connection.settings.on_event_deleted == "keep":',
        "if False:",
    ),
    Mutant("H2", "what left the calendar counts as deleted", "domain.rules.reconcile", "    _left_calendar,\n", ""),
    Mutant("H2", "lost access counts as deleted", "domain.rules.reconcile", "    _access_lost,\n", ""),
    Mutant(
        "H3",
        "somebody else's meeting is deleted",
        "domain.rules.deletion",
        "    if context.from_calendar and not event.is_organizer:",
        "    if False:",
    ),
    Mutant(
        "J1",
        "the calendar's edits stay there",
        "domain.rules.merge",
        "to_crm=_in_order((in_calendar - in_crm) | ",
        "to_crm=_in_order(",
    ),
    Mutant(
        "J1",
        "the CRM's edits stay there",
        "domain.rules.merge",
        "to_calendar=_in_order((in_crm - in_calendar - set(refused)) | won)",
        "to_calendar=_in_order(won)",
    ),
    Mutant(
        "J2",
        "the earlier edit wins",
        "domain.rules.merge",
        "return event_changed_at(link, pair) > link",
        "return event_changed_at(link, pair) < link",
    ),
    Mutant(
        "J2",
        "a tie goes to the calendar",
        "domain.rules.merge",
        "return event_changed_at(link, pair) > link",
        "return event_changed_at(link, pair) >= link",
    ),
    Mutant(
        "J2",
        "the lost value is forgotten",
        "domain.rules.merge",
        "for pair in recordable(link, (*disputed, *refused)))",
        "for pair in ())",
    ),
    Mutant(
        "J2",
        "a field's time moves with every read",
        "domain.rules.observe",
        "side.changed_at.get(pair.event, event.updated)",
        "event.updated",
    ),
    Mutant(
        "J3",
        "the deletion wins always",
        "domain.rules.deletion",
        "return edited_at is not None and edited_at > deleted_at and",
        "return False and",
    ),
    Mutant(
        "J3",
        "the edit wins always",
        "domain.rules.deletion",
        "edited_at is not None and edited_at > deleted_at and",
        "edited_at is not None and",
    ),
    Mutant(
        "K1",
        "stopping removes by default",
        "domain.rules.stopping",
        '    if remove == "events" and not',
        '    if remove != "activities" and not',
    ),
    Mutant(
        "K3",
        "a copy takes the link over",
        "domain.rules.link_resolution",
        "    return link.event_id not in {None, event_id} and not _awaits_replacement(link)",
        "    return False",
    ),
    Mutant(
        "K2",
        "a stranger's marker is believed",
        "domain.rules.link_resolution",
        "    if marker is None or marker.account_key != fact.account_key:",
        "    if marker is None:",
    ),
    Mutant(
        "K4",
        "an old read counts as new",
        "domain.rules.observe",
        "    if fact.seq <= link.event.seq or _known(link, fact):",
        "    if _known(link, fact):",
    ),
    Mutant(
        "K4",
        "an old tombstone counts as new",
        "domain.rules.observe",
        "    if fact.seq <= link.event.seq or fact.event_id != link.event_id:",
        "    if fact.event_id != link.event_id:",
    ),
    Mutant(
        "K4",
        "an old version of the activity counts as new",
        "domain.rules.observe",
        "activity.version <= known.version",
        "activity.version < known.version - 9",
    ),
    Mutant("K4", "a second command while one is under way", "domain.rules.reconcile", "    _command_under_way,\n", ""),
    Mutant(
        "K4", "items are created before both sides are read", "domain.rules.reconcile", "    _pairing_on_connect,\n", ""
    ),
    Mutant(
        "K4",
        "the base is not renewed after a write",
        "domain.model.link",
        "with_values(self.agreed_event or event, of_event)",
        "(self.agreed_event or event)",
    ),
    Mutant(
        "L1",
        "a repeated decision is told again",
        "domain.rules.publication",
        "    return (explanation.outcome, explanation.rule) !=",
        "    return None !=",
    ),
)
