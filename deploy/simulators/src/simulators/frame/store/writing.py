"""What creating, changing, deleting and moving an event does to a calendar."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from simulators.frame.store import drafts, ids, times
from simulators.frame.store.calendar import Calendar, Item
from simulators.frame.store.errors import StoreError, invalid_request, irresolvable_conflict, item_not_found
from simulators.frame.store.identity import etag, uid
from simulators.frame.store.mailboxes import BaseAccount
from simulators.frame.store.recurring import recurrence, series
from simulators.frame.store.world import Bump, StoreWorld

Json = dict[str, Any]

# "The change key is bumped by Exchange itself within seconds after creation" (providers/graph.md 2.4).
BUMP_AFTER = timedelta(seconds=2)
_CANCELED = "Canceled: "


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something in which world, and when; `mails`: which guests hear of it (Graph's always all do)."""

    world: StoreWorld[Any]
    account: BaseAccount
    now: datetime
    mails: Literal["all", "changed", "none"] = "all"

    def mail(self, item: Item, what: str, old: Item | None = None) -> None:
        """Mail the guests of an item, or only those that `old` had not, or that it alone had."""
        now, before = _addresses(item), _addresses(old)
        told = {"all": now, "changed": now ^ before, "none": frozenset[str]()}[self.mails]
        self.world.mail(item, what, self.now, told)

    def sends(self, item: Item) -> bool:
        """Whether the act mails an item's guests."""
        return self.mails != "none" and bool(item.fields["attendees"]) and bool(item.fields["isOrganizer"])


def _addresses(item: Item | None) -> frozenset[str]:
    guests = item.fields["attendees"] if item else ()
    return frozenset(guest["emailAddress"]["address"] for guest in guests)


def create(calendar: Calendar, body: Json, act: Act) -> Item:
    """`POST …/events`: a known `transactionId` brings the event it made before."""
    known = calendar.by_transaction.get(body.get("transactionId") or "")
    if known and not calendar.items[known].deleted:
        return calendar.items[known]
    item = replace(draft(calendar, body, act), transaction=body.get("transactionId"))
    return add(calendar, item, act)


def draft(calendar: Calendar, body: Json, act: Act) -> Item:
    """A new event that is not stored yet, organised by the calendar's owner."""
    for name in ("start", "end"):
        if not body.get(name):
            raise invalid_request(f"The property '{name}' is required.")
    return drafts.applied(_owned(calendar, act), body)


def _owned(calendar: Calendar, act: Act) -> Item:
    blank = drafts.blank(ids.new_key(act.world.rng), calendar.key, act.now)
    owner = act.world.accounts[calendar.owner]
    organizer = {"emailAddress": {"name": owner.name, "address": owner.email}}
    state = {"response": "organizer", "time": "0001-01-01T00:00:00Z"}
    own = {"organizer": organizer, "isOrganizer": True, "isCancelled": False, "responseStatus": state}
    return replace(blank, fields={**blank.fields, **own})


def add(calendar: Calendar, item: Item, act: Act, *, long_ago: bool = False) -> Item:
    """Store a new item; Exchange moves its change key once more some time later (unless that is `long_ago`)."""
    act.world.where[item.key] = calendar.key
    stamp = times.stamp(act.now)
    fresh = replace(item, change=act.world.next_change(), created=stamp, modified=stamp, sent=act.sends(item))
    stored = calendar.put(fresh, "created")
    if not long_ago:
        act.world.bumps.append(Bump(act.now + BUMP_AFTER, calendar.key, item.key))
    act.mail(stored, "create")
    return stored


def change(calendar: Calendar, item: Item, body: Json, act: Act, *, as_person: bool = False) -> Item:
    """`PATCH`: of an unchanged occurrence it makes an exception; a guest changes only what is his own copy's.

    `as_person`: in the sandbox a person also plays the organizer whose changes arrive.
    """
    if not item.fields["isOrganizer"] and not as_person:
        body = {name: value for name, value in body.items() if name in drafts.OWN}
    if item.day is not None and body.get("recurrence"):
        raise invalid_request("An occurrence has no recurrence of its own.")
    fresh = drafts.applied(
        item, {name: value for name, value in body.items() if item.day is None or name != "recurrence"}
    )
    if item.day is not None:
        _check_neighbours(calendar, item, fresh)
    elif item.is_series and drafts.moves(item, fresh):
        fresh = replace(fresh, cancelled=())
        _drop_exceptions(calendar, item, act)
    stored = store(calendar, replace(fresh, sent=item.sent or act.sends(fresh)), act)
    act.mail(stored, "update", item)
    return stored


def store(calendar: Calendar, item: Item, act: Act) -> Item:
    """Write the item with a new change key; what happens to an occurrence marks its master too."""
    marked = replace(item, change=act.world.next_change(), modified=times.stamp(act.now))
    if item.master is None:
        return calendar.put(marked, "updated")
    stored = calendar.put(replace(marked, key=f"{item.master}:{item.day}"), "updated")
    _mark_master(calendar, calendar.items[item.master], act)
    return stored


def _mark_master(calendar: Calendar, master: Item, act: Act) -> None:
    marked = replace(master, change=act.world.next_change(), modified=times.stamp(act.now))
    calendar.put(marked, "updated", in_view=False)


def touch(calendar: Calendar, item: Item, act: Act) -> Item:
    """A new change key without any visible change (Exchange's own post-processing)."""
    if not item.is_series:
        return store(calendar, item, act)
    # Occurrences that did not change are not told again.
    _mark_master(calendar, item, act)
    return calendar.items[item.key]


def tick(world: StoreWorld[Any], now: datetime) -> None:
    """Do what Exchange does by itself some time later."""
    count = next((at for at, bump in enumerate(world.bumps) if bump.due > now), len(world.bumps))
    due, world.bumps[:count] = world.bumps[:count], []
    for bump in due:
        calendar = world.calendars.get(bump.calendar)
        item = calendar.items.get(bump.key) if calendar else None
        if calendar and item and not item.deleted:
            at = bump.due if times.stamp(bump.due) >= item.modified else now  # nothing is modified before it was
            touch(calendar, item, Act(world, world.accounts[calendar.owner], at))


def delete(calendar: Calendar, item: Item, act: Act, what: str = "delete") -> None:
    """`DELETE`: of an occurrence it is cancelled, without a trace in the view; of a series all of it goes."""
    act.mail(item, what)
    if item.master is not None and item.day is not None:
        _cancel_occurrence(calendar, item.master, item.day, act)
        return
    _drop_exceptions(calendar, item, act)
    calendar.put(replace(item, deleted=True, change=act.world.next_change()), "deleted")


def _cancel_occurrence(calendar: Calendar, master_key: str, day: str, act: Act) -> None:
    key = calendar.children.get(master_key, {}).get(day)
    if key is not None:
        calendar.put(replace(calendar.items[key], deleted=True), "deleted", in_view=False)
    master = calendar.items[master_key]
    _mark_master(calendar, replace(master, cancelled=tuple(sorted({*master.cancelled, day}))), act)


def _drop_exceptions(calendar: Calendar, master: Item, act: Act) -> None:
    for item in calendar.exceptions(master.key):
        calendar.put(replace(item, deleted=True, change=act.world.next_change()), "deleted")


def revive(calendar: Calendar, item: Item, act: Act, new_key: str | None = None) -> Item:
    """Bring a deleted item back; `new_key`: the inner name that it gets, where nothing of its id stays."""
    if new_key is None or not item.deleted:
        return store(calendar, replace(item, deleted=False), act)
    act.world.where[new_key] = calendar.key
    back = replace(item, key=new_key, uid=item.uid or uid(item, None), deleted=False)
    return calendar.put(replace(back, change=act.world.next_change(), modified=times.stamp(act.now)), "created")


def move(source: Calendar, target: Calendar, item: Item, act: Act, new_key: str | None = None) -> Item:
    """To another calendar: the default id changes, the immutable one stays; looks like deleted and created.

    `new_key`: the inner name that it has there, where nothing of the id stays; the UID does.
    """
    if item.master is not None:
        raise invalid_request("An occurrence cannot be moved to another calendar.")
    family = source.exceptions(item.key)
    key = new_key or item.key
    for one in (*family, item):
        source.forget(one.key, target.key, key)
    act.world.where[key] = target.key
    named = item.uid or (uid(item, None) if new_key else None)
    changed = replace(item, key=key, uid=named, change=act.world.next_change(), modified=times.stamp(act.now))
    moved = target.put(changed, "created", home=source.key)
    for one in family:
        other = replace(one, key=f"{key}:{one.day}", master=key, uid=named, change=act.world.next_change())
        target.put(other, "created", home=source.key)
    return moved


def respond(calendar: Calendar, item: Item, answer: str, act: Act) -> Item:
    """A guest answers an invitation."""
    if item.fields["isOrganizer"]:
        raise invalid_request("You can't respond to this meeting because you're the meeting organizer.")
    status = {"response": answer, "time": times.stamp(act.now)}
    guests = [
        guest | {"status": status} if guest["emailAddress"]["address"] == calendar.owner else guest
        for guest in item.fields["attendees"]
    ]
    return store(calendar, replace(item, fields={**item.fields, "attendees": guests, "responseStatus": status}), act)


def called_off(calendar: Calendar, item: Item, act: Act) -> Item:
    """The organizer cancelled: it stays in the guest's calendar, marked, until he removes it."""
    subject = _CANCELED + item.fields["subject"].removeprefix(_CANCELED)
    fields = {**item.fields, "isCancelled": True, "subject": subject, "showAs": "free"}
    return store(calendar, replace(item, fields=fields), act)


def check_etag(item: Item, if_match: str | None) -> None:
    """412 when the given etag is not the present one."""
    if if_match not in {None, "*", etag(item)}:
        raise irresolvable_conflict()


def _check_neighbours(calendar: Calendar, old: Item, new: Item) -> None:
    # Exchange keeps the occurrences of a series in order: one may not jump over the next.
    master = calendar.items[old.master] if old.master else None
    if master is None or master.recurrence is None or old.day is None or old.start == new.start:
        return
    for other in _around(calendar, master, old.day):
        passed = (other.start.instant < new.start.instant) != ((other.day or "") < old.day)
        if passed or other.start.local.date() == new.start.local.date():
            raise StoreError(
                400,
                "ErrorOccurrenceCrossingBoundary",
                "Modified occurrence is crossing or overlapping adjacent occurrence.",
            )


def _around(calendar: Calendar, master: Item, day: str) -> list[Item]:
    if master.recurrence is None:
        return []
    before = after = None
    for start in recurrence.starts(master.recurrence, master.start):
        one = start.local.date().isoformat()
        if one == day or one in master.cancelled:
            continue
        if one > day:
            after = one
            break
        before = one
    found = [series.on_day(calendar, master, one) for one in (before, after) if one]
    return [one for one in found if one]


def found(calendar: Calendar, ref: ids.Ref) -> Item:
    """The item or occurrence that an id names in this calendar; 404 otherwise."""
    item = calendar.items.get(ref.key)
    if item is None or item.deleted or (ref.folder is not None and ref.folder != calendar.key):
        raise item_not_found()
    if ref.day is None:
        return item
    one = series.on_day(calendar, item, ref.day)
    if one is None:
        raise item_not_found()
    return one
