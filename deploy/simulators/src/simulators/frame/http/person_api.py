"""`/control/accounts/…/calendars/…`: what an account's holder does, in the same words with every provider.

Events are in Google's words (`summary`, `start`, RRULE lines); a provider with other words translates.
"""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from fastapi import APIRouter

from simulators.frame.domain.people import NewCalendar, Scope
from simulators.frame.simulator import BaseSimulator

Json = dict[str, Any]


class HasEpoch(Protocol):
    """A calendar whose sync tokens can be made worthless by counting up."""

    epoch: int


S = TypeVar("S", bound=BaseSimulator[Any])
C = TypeVar("C", bound=HasEpoch)


class Person(ABC, Generic[S, C]):
    """The acts of an account's holder; each that changes something ends with `save`, which tells the subscribers."""

    time_extra: ClassVar[Json] = {}
    """What the provider's `start` and `end` hold beside time and zone when the page sets them."""

    def __init__(self, simulator: S) -> None:
        """Acts on the simulator's world."""
        self.simulator = simulator

    def calendar(self, email: str, calendar_id: str) -> C:
        """Return a calendar that the person sees; the provider's 404 for others."""
        world = self.simulator.world
        calendar: C = world.calendar(world.account(email), calendar_id)[0]
        return calendar

    @abstractmethod
    def time_zone(self, email: str, calendar: C) -> str:
        """Return the zone in which the person reads a calendar."""

    @abstractmethod
    def calendars(self, email: str) -> list[Json]:
        """Return the account's list of calendars."""

    @abstractmethod
    def add_calendar(self, email: str, body: NewCalendar) -> Json:
        """Create a calendar, or share one that is there."""

    @abstractmethod
    def remove_calendar(self, email: str, calendar_id: str) -> None:
        """Take a calendar off the account's list."""

    @abstractmethod
    def events(self, calendar: C) -> list[Json]:
        """Return all events of a calendar."""

    @abstractmethod
    def event(self, calendar: C, event_id: str) -> Json:
        """Return one event; the provider's 404 where there is none."""

    @abstractmethod
    def create(self, email: str, calendar: C, body: Json) -> Json:
        """Create an event; `organizer` may be somebody else (an invitation)."""

    @abstractmethod
    def seed(self, email: str, calendar: C, bodies: list[Json]) -> list[str]:
        """Create many events without mailing anybody; return their ids."""

    @abstractmethod
    def edit(self, email: str, calendar: C, event_id: str, changes: Json, scope: Scope) -> Json:
        """Change an event, an instance, the rest of a series or all of it."""

    @abstractmethod
    def remove(self, email: str, calendar: C, event_id: str, scope: Scope) -> Json:
        """Delete an event, an instance, the rest of a series or all of it."""

    @abstractmethod
    def restore(self, email: str, calendar: C, event_id: str) -> Json:
        """Take a deleted event out of the bin."""

    @abstractmethod
    def copy(self, email: str, calendar: C, event_id: str, body: Json) -> Json:
        """Duplicate an event, with changes."""

    @abstractmethod
    def move(self, email: str, source: C, target: C, event_id: str) -> Json:
        """Move an event to another calendar."""

    @abstractmethod
    def touch(self, email: str, calendar: C, event_id: str) -> Json:
        """Let an event get a new etag though nothing changes."""


def person_routes(person: Person[Any, Any]) -> APIRouter:
    """Return the routes that every provider has; a provider adds its own."""
    router = APIRouter(prefix="/control/accounts/{email}/calendars", tags=["person"])
    _calendars(router, person)
    _events(router, person)
    _single_acts(router, person)
    return router


def _calendars(router: APIRouter, person: Person[Any, Any]) -> None:
    @router.get("")
    async def calendars(email: str) -> list[Json]:
        return person.calendars(email)

    @router.post("", status_code=201)
    async def create(email: str, body: NewCalendar) -> Json:
        return person.add_calendar(email, body)

    @router.delete("/{calendar_id}", status_code=204)
    async def delete(email: str, calendar_id: str) -> None:
        person.remove_calendar(email, calendar_id)

    @router.post("/{calendar_id}/expire-sync-tokens")
    async def expire(email: str, calendar_id: str) -> Json:
        calendar = person.calendar(email, calendar_id)
        calendar.epoch += 1
        person.simulator.save()
        return {"epoch": calendar.epoch}


def _events(router: APIRouter, person: Person[Any, Any]) -> None:
    @router.get("/{calendar_id}/events")
    async def events(email: str, calendar_id: str) -> list[Json]:
        return person.events(person.calendar(email, calendar_id))

    @router.post("/{calendar_id}/events", status_code=201)
    async def create(email: str, calendar_id: str, body: Json) -> Json:
        return person.create(email, person.calendar(email, calendar_id), body)

    @router.post("/{calendar_id}/seed", status_code=201)
    async def seed(email: str, calendar_id: str, body: list[Json]) -> list[str]:
        return person.seed(email, person.calendar(email, calendar_id), body)

    @router.get("/{calendar_id}/events/{event_id:path}")
    async def get(email: str, calendar_id: str, event_id: str) -> Json:
        return person.event(person.calendar(email, calendar_id), event_id)

    @router.patch("/{calendar_id}/events/{event_id:path}")
    async def change(email: str, calendar_id: str, event_id: str, body: Json, scope: Scope = "this") -> Json:
        return person.edit(email, person.calendar(email, calendar_id), event_id, body, scope)

    @router.delete("/{calendar_id}/events/{event_id:path}")
    async def delete(email: str, calendar_id: str, event_id: str, scope: Scope = "this") -> Json:
        return person.remove(email, person.calendar(email, calendar_id), event_id, scope)


def _single_acts(router: APIRouter, person: Person[Any, Any]) -> None:
    @router.post("/{calendar_id}/events/{event_id:path}/restore")
    async def restore(email: str, calendar_id: str, event_id: str) -> Json:
        return person.restore(email, person.calendar(email, calendar_id), event_id)

    @router.post("/{calendar_id}/events/{event_id:path}/copy", status_code=201)
    async def copy(email: str, calendar_id: str, event_id: str, body: Json) -> Json:
        return person.copy(email, person.calendar(email, calendar_id), event_id, body)

    @router.post("/{calendar_id}/events/{event_id:path}/move")
    async def move(email: str, calendar_id: str, event_id: str, destination: str) -> Json:
        source, target = person.calendar(email, calendar_id), person.calendar(email, destination)
        return person.move(email, source, target, event_id)

    @router.post("/{calendar_id}/events/{event_id:path}/touch")
    async def touch(email: str, calendar_id: str, event_id: str) -> Json:
        return person.touch(email, person.calendar(email, calendar_id), event_id)
