"""The sync is stopped and the same account connected anew: what was taken out comes back, nothing twice (K1, K2)."""

from typing import Literal

from tests.property.system.look import look
from tests.property.system.oracle import SIDES, Choices
from tests.property.system.play import Play
from tests.property.system.serial import shown

Remove = Literal["none", "activities", "events"]

_FREE = ("inbound_type", "on_event_deleted", "private_events")
"""What may be chosen as one likes."""


class Stopping:
    """Only in two-way with all types selected: what else sleeps or waits, the rules say less of."""

    def __init__(self, play: Play) -> None:
        self._play = play

    async def reconnect(self, remove: Remove) -> None:
        """Stop and connect again, with both sides settled before and after."""
        play = self._play
        await play.settle()
        chosen = {name: getattr(play.choices, name) for name in _FREE}
        if play.choices != Choices(**chosen):
            return
        if (
            play.meeting.is_declined
            or play.series.has_history
            or play.private.has_history
            or any(item.over for item in play.items)
        ):
            remove = "none"  # of what is over, or declined, nobody says whether it is taken out
        await play.stage.stop(remove)
        await self._taken_out(remove)
        await play.stage.connect_again(**chosen)
        await play.settle()
        play.reach.note(f"reconnect:{remove}")

    async def _taken_out(self, remove: Remove) -> None:
        """Check that only what was asked for is gone, and only of this connection (K1)."""
        play, seen = self._play, await look(self._play.stage)
        if remove == "activities":
            play.private.taken_out(seen.private)
            left = sorted(shown(one) for one in seen.occurrences)
            assert left == play.series.kept(), left
        for item in play.items:
            stopped = item.linked and item.owner == "7"
            gone = (
                stopped and item.origin == "calendar" and remove == "activities",
                stopped and item.origin == "crm" and remove == "events",
            )
            wanted = tuple(item.there.get(side, False) and not out for side, out in zip(SIDES, gone, strict=True))
            there = (item.key in seen.crm, seen.event(item) is not None)
            assert there == wanted, f"{item.key} after a stop with remove={remove}: {there}, not {wanted}"
