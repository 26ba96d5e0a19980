"""What a user does with activities: create, see, change, delete. Loads what the rules need and stores what they say."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from activity_store.adapters.collections import Collections
from activity_store.application.message_factory import activity_event, from_api
from activity_store.domain.model.activity import Activity, linked_key
from activity_store.domain.model.content import LINKS, ActivityContent
from activity_store.domain.model.errors import InvalidError, LockedError, LockReason
from activity_store.domain.model.ids import scoped
from activity_store.domain.model.linked_items import LinkedItem, Viewer
from activity_store.domain.rules import locks, transitions
from activity_store.domain.rules.overlaps import Overlap, overlap_of, takes_time
from activity_store.domain.rules.transitions import Transition
from activity_store.domain.rules.visibility import is_visible
from chassis.clock import Clock
from chassis.web.auth import Identity
from chassis.web.preconditions import check_if_match
from chassis.web.problems import FieldError, conflict, forbidden, not_found, unprocessable

Items = Mapping[str, LinkedItem]

_LOCKED: Mapping[LockReason, tuple[str, str]] = {
    "recurring": ("recurring_read_only", "it comes from a recurring event, which can only be edited in the calendar"),
    "event": ("event_read_only", "it comes from an event that you may not change"),
    "would_mail_guests": (
        "event_read_only",
        "its event has guests, whom the calendar's provider would mail; the setting invite_guests allows that",
    ),
    "private": ("private_read_only", "it comes from a private event, whose content stays in the calendar"),
}
"""Code and words of what is locked."""

_UNLOCKED_BY: Mapping[LockReason, str] = {"would_mail_guests": "invite_guests"}
"""The setting of the connection that would lift a lock."""


@contextmanager
def rules_as_problems() -> Iterator[None]:
    """Turn what a rule refuses into a problem: 422 for what makes no sense, 409 for what the calendar decides."""
    try:
        yield
    except InvalidError as error:
        faults = [FieldError(field=fault.field, message=fault.message) for fault in error.faults]
        raise unprocessable("validation_error", "some fields are wrong", errors=faults) from None
    except LockedError as error:
        code, words = _LOCKED[error.reason]
        setting = _UNLOCKED_BY.get(error.reason)
        extras = {"setting": setting} if setting else {}
        raise conflict(code, f"this activity cannot be changed: {words}", **extras) from None


@dataclass(frozen=True)
class SeenActivity:
    """An activity that a user may see, with what decided it: the user and the linked items."""

    activity: Activity
    viewer: Viewer
    items: Items


class Activities:
    """The activities of all companies, as one user at a time sees them. Raises `Problem`s."""

    def __init__(self, collections: Collections, clock: Clock) -> None:
        self._collections = collections
        self._clock = clock

    async def create(self, caller: Identity, activity_id: str, fields: ActivityContent) -> Activity:
        """Store a new activity; `owner_id` defaults to the caller, `timezone` to the owner's.

        One that is there already under this id was created by the same request before a crash, and is the answer.
        """
        owner = fields.get("owner_id") or caller.user_id
        _check_owner(caller, owner)
        await self._check_type(caller, fields["type"])
        identity = {
            "id": scoped(caller.company_id, activity_id),
            "company_id": caller.company_id,
            "activity_id": activity_id,
            "owner_id": owner,
            "timezone": fields.get("timezone") or await self.zone_of(caller, owner),
        }
        now = self._clock.now()
        with rules_as_problems():
            transition = transitions.create({**fields, **identity}, now)
        items = await self._collections.linked_items(caller.company_id, transition.after.linked)
        activity = transition.after.with_messages(activity_event(transition, items, from_api(now)))
        if not await self._collections.activities.insert(activity):
            return (await self.see(caller, activity_id)).activity
        return activity

    async def see(self, caller: Identity, activity_id: str) -> SeenActivity:
        """Return an activity; 404 where there is none, or none that the caller may see (G1)."""
        activity = await self._collections.activity(caller.company_id, activity_id)
        if activity is None:
            raise not_found("activity")
        viewer = await self._collections.viewer(caller.company_id, caller.user_id)
        items = await self._collections.linked_items(caller.company_id, activity.linked)
        _check_visible(activity, viewer, items)
        return SeenActivity(activity, viewer, items)

    async def patch(
        self, caller: Identity, activity_id: str, changes: ActivityContent, if_match: str | None
    ) -> Activity:
        """Change an activity that the caller sees."""
        seen = await self.see(caller, activity_id)
        if (wanted := changes.get("type", seen.activity.type)) != seen.activity.type:
            await self._check_type(caller, wanted)
        added = await self._collections.linked_items(caller.company_id, _links_in(changes))

        def change(activity: Activity) -> Transition:
            if changes.get("owner_id", activity.owner_id) != activity.owner_id and not caller.is_admin:
                raise forbidden("only an administrator gives an activity to somebody else")
            locks.check_edit(activity, activity.differing(changes))
            return transitions.change(activity, transitions.complete_schedule(activity, changes), self._clock.now())

        return await self._write(seen, if_match, change, dict(seen.items) | added)

    async def delete(self, caller: Identity, activity_id: str, if_match: str | None) -> None:
        """Delete an activity that the caller sees; its tombstone stays."""
        seen = await self.see(caller, activity_id)

        def change(activity: Activity) -> Transition:
            locks.check_delete(activity)
            return transitions.delete(activity, self._clock.now())

        await self._write(seen, if_match, change, seen.items)

    async def conflicts_of(self, caller: Identity, activity: Activity) -> list[Overlap]:
        """Return the owner's other busy activities at the same time, as far as the caller may see them (L3)."""
        if not takes_time(activity) or activity.starts_at is None or activity.ends_at is None:
            return []
        found = await self._collections.busy_between(
            activity.company_id, activity.owner_id, activity.starts_at, activity.ends_at
        )
        others = await self.visible(caller, [other for other in found if other.id != activity.id])
        overlapping = (overlap_of(activity, other) for other in others)
        return sorted(filter(None, overlapping), key=lambda overlap: overlap.position)

    async def visible(self, caller: Identity, activities: list[Activity]) -> list[Activity]:
        """Return those of a company's activities that the caller may see (G1)."""
        viewer = await self._collections.viewer(caller.company_id, caller.user_id)
        foreign = [activity for activity in activities if activity.owner_id != caller.user_id]
        keys = {key for activity in foreign for key in activity.linked}
        items = await self._collections.linked_items(caller.company_id, keys)
        return [activity for activity in activities if is_visible(activity, viewer, items)]

    async def zone_of(self, caller: Identity, owner_id: str) -> str:
        """Return the zone of a user, as the CRM knows it; of the caller, else as the token says."""
        owner = await self._collections.users.get(scoped(caller.company_id, owner_id))
        own = caller.tz if owner_id == caller.user_id else None
        return (owner.tz if owner else None) or own or "UTC"

    async def _write(
        self, seen: SeenActivity, if_match: str | None, change: Callable[[Activity], Transition], items: Items
    ) -> Activity:
        def write(current: Activity | None) -> Activity:
            activity = current or seen.activity
            _check_visible(activity, seen.viewer, seen.items)
            check_if_match(if_match, activity.revision)
            transition = change(activity)
            if not transition.changed:
                return activity
            return transition.after.with_messages(
                activity_event(transition, items, from_api(transition.after.update_time))
            )

        with rules_as_problems():
            stored = await self._collections.activities.update(seen.activity.id, write)
        return stored or seen.activity

    async def _check_type(self, caller: Identity, key_string: str) -> None:
        types = await self._collections.types_of(caller.company_id)
        if key_string not in types.active_keys:
            error = FieldError(field="type", message="is no active activity type of the company")
            raise unprocessable("validation_error", "the type is unknown or inactive", errors=[error])


def _check_owner(caller: Identity, owner_id: str) -> None:
    if owner_id != caller.user_id and not caller.is_admin:
        raise forbidden("only an administrator creates activities for somebody else")


def _check_visible(activity: Activity, viewer: Viewer, items: Items) -> None:
    if not is_visible(activity, viewer, items):
        raise not_found("activity")


def _links_in(changes: ActivityContent) -> Iterable[str]:
    values: Mapping[str, object] = changes
    for name, kind in LINKS.items():
        if item_id := values.get(name):
            yield linked_key(kind, str(item_id))
    for participant in changes.get("participants", ()):
        yield linked_key("person", participant.person_id)
