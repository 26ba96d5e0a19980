"""The floor's activity store: activities, with our hops and document writes."""

from collections.abc import Awaitable, Callable, Sequence

from bench.floor.common import (
    ACTIVITY_COMMANDS,
    ACTIVITY_EVENTS,
    ACTIVITY_OUTCOMES,
    LINK_STATES,
    Json,
    Kit,
    Message,
    Write,
)


class Store:
    """Takes requests and commands; `owned` are the activities a replay tells, which ours read from the database."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._owned: dict[str, list[Json]] = {}

    async def post(self, body: Json) -> None:
        """Write an activity for a user: new, or changed where it names its event."""
        activity = {name: value for name, value in body.items() if name != "headers"}
        if not activity.pop("quiet", False):
            fact = Message(ACTIVITY_EVENTS, activity["id"], activity | {"cause": "api"})
            await self._kit.write("activities", [Write(activity["id"], (fact,), new=activity.get("new", False))])
            return
        self._owned.setdefault(activity["account"], []).append(activity)
        await self._kit.write("activities", [Write(activity["id"], new=True)])

    async def commands(self, commands: Sequence[Json]) -> None:
        """Carry out puts and replays."""
        await self._kit.write("activities", [_put(command) for command in commands if command["do"] == "put"])
        for command in commands:
            if command["do"] == "replay":
                await self._replay(command)

    async def _replay(self, command: Json) -> None:
        account = command["account"]
        about = {"is": "replayed", "first": command["first"]}
        told = [Message(ACTIVITY_OUTCOMES, account, one | about) for one in self._owned.get(account, [])]
        await self._kit.send(told)
        await self._kit.send([Message(ACTIVITY_OUTCOMES, account, about | {"account": account, "is": "ended"})])

    async def states(self, states: Sequence[Json]) -> None:
        """Note how links stand."""
        await self._kit.write("activities", [Write(state["id"]) for state in states])


def _put(command: Json) -> Write:
    about = {"account": command["account"], "id": command["id"]}
    fact = Message(ACTIVITY_EVENTS, command["id"], about | {"cause": "sync", "subject": command["subject"]})
    answer = Message(ACTIVITY_OUTCOMES, command["account"], about | {"is": "settled", "created": command["new"]})
    return Write(command["id"], (fact, answer), new=command["new"])


async def store(kit: Kit) -> dict[str, Callable[[Json], Awaitable[str | None]]]:
    """Start consuming; return the routes."""
    part = Store(kit)
    await kit.consume(ACTIVITY_COMMANDS, part.commands)
    await kit.consume(LINK_STATES, part.states)
    return {"/activities": part.post}
