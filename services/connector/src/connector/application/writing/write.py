"""One command's write under way: its note on the connection, and the `seq` by which its outcome is compared."""

from dataclasses import dataclass

from connector.application.writing.write_lease import WriteLease
from connector.domain.model.connection import Connection
from connector.domain.model.connection_parts import InFlight


@dataclass
class Write:
    """A write that was noted, under the lease that it shares with others."""

    lease: WriteLease
    note: InFlight
    seq: int

    @property
    def connection(self) -> Connection:
        """The connection as it was last stored."""
        return self.lease.connection

    async def at_place(self, event_id: str, generation: int) -> InFlight:
        """Return the note; where it names another event, that is noted first. Raises LeaseLost."""
        if (self.note.event_id, self.note.generation) != (event_id, generation):
            self.note = self.note.at_place(event_id, generation)
            await self.lease.renote(self.note)
        return self.note

    async def try_again(self) -> None:
        """Note that the write is made once more, since the try before may have arrived. Raises LeaseLost."""
        self.note = self.note.as_next_try_of(self.note)
        await self.lease.renote(self.note)

    async def check_fence(self) -> None:
        """Return when the lease is still ours, so that the outcome may be stored. Raises LeaseLost."""
        await self.lease.check()

    def settled(self) -> None:
        """Say that the outcome is stored."""
        self.lease.settled(self.note.command_id)
