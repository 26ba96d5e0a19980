"""The floor's mapper: links, with our hops and document writes; it decides nothing."""

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence

from bench.floor.common import (
    ACTIVITY_COMMANDS,
    ACTIVITY_EVENTS,
    ACTIVITY_OUTCOMES,
    CALENDAR_COMMANDS,
    CALENDAR_EVENTS,
    DECISIONS,
    LINK_STATES,
    Json,
    Kit,
    Message,
    Write,
)

_PASS_PAGE = 200
_SIDES = 2


class Mapper:
    """Takes in facts and outcomes. While an account is first read its links are only noted; then one pass asks."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._held: dict[str, list[Json]] = defaultdict(list)
        self._ended: Counter[str] = Counter()

    async def connect(self, body: Json) -> None:
        """Ask both sides for everything, as for a new connection, or once more (`first`: nothing is linked yet)."""
        account, first = body["account"], body["first"]
        ask = {"account": account, "do": "replay", "first": first}
        await self._kit.send([Message(CALENDAR_COMMANDS, account, ask), Message(ACTIVITY_COMMANDS, account, ask)])

    async def calendar(self, facts: Sequence[Json]) -> None:
        """Take in events and the outcomes of our writes."""
        changed = [fact for fact in facts if fact["is"] == "changed" and not fact.get("same")]
        await self._kit.write("links", [self._noted(fact) for fact in changed if fact["first"]])
        await self._kit.write("links", [_asking_store(fact) for fact in changed if not fact["first"]])
        await self._kit.write("links", [_settled(fact) for fact in facts if fact["is"] == "settled"])
        await self._end(facts)

    async def events(self, facts: Sequence[Json]) -> None:
        """Take in what users did to activities; what the sync did itself comes back and changes nothing."""
        await self._kit.write("links", [_asking_calendar(fact) for fact in facts if fact["cause"] == "api"])

    async def outcomes(self, facts: Sequence[Json]) -> None:
        """Take in the store's answers."""
        await self._kit.write("links", [_settled(fact) for fact in facts if fact["is"] == "settled"])
        replayed = [fact for fact in facts if fact["is"] == "replayed" and fact["first"]]
        await self._kit.write("links", [self._noted(fact) for fact in replayed])
        await self._end(facts)

    async def _end(self, facts: Sequence[Json]) -> None:
        """Begin the pass of an account when both sides have told all."""
        for fact in facts:
            if fact["is"] == "ended" and fact["first"]:
                self._ended[fact["account"]] += 1
                if self._ended[fact["account"]] == _SIDES:
                    await self._pass(fact["account"])

    def _noted(self, fact: Json) -> Write:
        self._held[fact["account"]].append(fact)
        return Write(_link(fact), new=True)

    async def _pass(self, account: str) -> None:
        held = self._held.pop(account, [])
        asking = {"changed": _asking_store, "replayed": _asking_calendar}
        for start in range(0, len(held), _PASS_PAGE):
            page = held[start : start + _PASS_PAGE]
            await self._kit.write("links", [asking[fact["is"]](fact | {"passed": True}) for fact in page])


def _link(fact: Json) -> str:
    return f"{fact['account']} {fact['id']}"


def _decided(fact: Json) -> Message:
    return Message(DECISIONS, fact["account"], {"account": fact["account"], "id": fact["id"]})


def _state(fact: Json) -> Message:
    return Message(LINK_STATES, fact["account"], {"id": fact.get("activity", fact["id"])})


def _asking_store(fact: Json) -> Write:
    created = fact["new"]
    put = {"account": fact["account"], "do": "put", "id": fact["id"], "subject": fact["summary"], "new": created}
    sends = (Message(ACTIVITY_COMMANDS, fact["id"], put), _decided(fact))
    return Write(_link(fact), sends, new=created and not fact.get("passed"))


def _asking_calendar(fact: Json) -> Write:
    created = "event" not in fact
    where = {} if created else {"id": fact["event"]}
    put = {"account": fact["account"], "do": "put", "link": fact["id"], "event": fact["fields"], **where}
    sends = (Message(CALENDAR_COMMANDS, fact["account"], put), _decided(fact))
    return Write(_link(fact), (*sends, _state(fact)) if created else sends, new=created and not fact.get("passed"))


def _settled(fact: Json) -> Write:
    link = fact.get("link", fact["id"])
    about = fact | {"id": link}
    return Write(_link(about), (_state(about),) if fact["created"] else ())


async def mapper(kit: Kit) -> dict[str, Callable[[Json], Awaitable[str | None]]]:
    """Start consuming; return the routes."""
    part = Mapper(kit)
    await kit.consume(CALENDAR_EVENTS, part.calendar)
    await kit.consume(ACTIVITY_EVENTS, part.events)
    await kit.consume(ACTIVITY_OUTCOMES, part.outcomes)
    return {"/connect": part.connect}
