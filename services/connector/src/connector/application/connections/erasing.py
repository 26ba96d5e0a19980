"""Erasing a person or a company: the connector's part, and keeping account of everybody's.

The request runs through the services one after the other on `erasures.v1`. Every part may be repeated. When the last
one has been done, what a handler that was under way meanwhile may have written is looked for once more.
"""

from collections import Counter
from dataclasses import dataclass

from chassis.clock import Clock
from chassis.errors import NeedsUser
from chassis.ids import new_id
from chassis.web.auth import Identity
from chassis.web.idempotency import Idempotency
from connector.adapters.collections import ErasureRecord, ErasureStep, Stores
from connector.application.connections.colleagues import Colleagues
from connector.application.connections.repository import Connections
from connector.application.connections.teardown import Teardown
from connector.application.message_factory import MessageFactory
from connector.domain.connection.identity import erasure_id, slots_of
from connector.domain.connection.lifecycle import stopped
from connector.domain.model.connection import Connection
from contracts.erasures import ErasedConnection, ErasingService, ErasureMessage, ErasureRequested, ErasureStepDone

_PAGE = 100


@dataclass(frozen=True)
class Erasing:
    """Erases what the connector keeps of a person, or of all of a company."""

    stores: Stores
    connections: Connections
    teardown: Teardown
    colleagues: Colleagues
    idempotency: Idempotency
    messages: MessageFactory
    clock: Clock

    async def begin(self, caller: Identity, company_id: str, user_id: str | None) -> ErasureRecord:
        """Ask all services to erase a person, None: all of a company; asked for again, it runs anew."""
        name, run = erasure_id(company_id, user_id), new_id()
        fresh = ErasureRecord(
            id=name,
            company_id=company_id,
            user_id=user_id,
            run=run,
            requested_at=self.clock.now(),
            requested_by=caller.user_id,
        )
        request = self.messages.erasure_requested(company_id, name, user_id, run)

        def asked(current: ErasureRecord | None) -> ErasureRecord:
            return (current.asked_again(fresh) if current else fresh).with_messages(request)

        return await self.stores.erasures.update(name, asked) or fresh

    async def get(self, name: str) -> ErasureRecord | None:
        """Return an erasure."""
        return await self.stores.erasures.get(name)

    async def take(self, message: ErasureMessage) -> None:
        """Do our part where it is our turn, and note what the others have done."""
        match message:
            case ErasureRequested():
                await self._erase(message)
            case ErasureStepDone(service="connector"):
                return
            case ErasureStepDone():
                if message.service == "activity-store":
                    for one in message.connections:
                        await self._residue(one.id, None)
                erased = {one.collection: one.count for one in message.erased}
                await self._note(message, message.service, erased)

    async def _erase(self, message: ErasureRequested) -> None:
        counts: Counter[str] = Counter()
        kept = []
        owner = {"company_id": message.company_id} | ({"user_id": message.user_id} if message.user_id else {})
        async for page in self.stores.connections.pages(owner, size=_PAGE):
            for connection in page:
                counts["connections"] += connection.erased_at is None
                kept.append(await self._connection(connection, counts))
        counts["seats"] = await self.stores.slots.erase({"_id": slots_of(message.company_id, message.user_id)})
        counts["idempotency"] = await self.idempotency.erase(message.company_id, message.user_id)
        erased = {name: number for name, number in counts.items() if number}
        await self._note(message, "connector", erased, connections=tuple(kept))

    async def _connection(self, connection: Connection, counts: Counter[str]) -> ErasedConnection:
        """Take a connection down and erase all of it; its document keeps ids and versions."""
        if connection.phase != "stopped":
            await self._stop(connection)
        if left := await self.connections.get(connection.id):
            await self.colleagues.tell(left)  # nothing of a calendar is kept, so nobody could be told later (A10)
        counts.update(await self._residue(connection.id, connection.account_key))
        now = self.clock.now()
        stored = await self.connections.change(connection.id, lambda c: c if c.erased_at else c.erased(now))
        return ErasedConnection(
            id=stored.id, user_id=stored.user_id, version=stored.version, settings_version=stored.settings_version
        )

    async def _stop(self, connection: Connection) -> None:
        """Give the grant back, as far as the provider lets us; what it does not is over when the credentials are."""
        if connection.provider not in self.teardown.accounts.kits:  # it is offered no more, and cannot be asked
            await self.connections.change(connection.id, stopped)
            return
        try:
            await self.teardown.tear_down(connection)
        except NeedsUser:
            await self.teardown.erase(connection)
            await self.connections.change(connection.id, stopped)

    async def _residue(self, connection_id: str, account_key: str | None) -> Counter[str]:
        """Delete all that is kept beside a connection's document, and return how much that was."""
        stores, own = self.stores, {"connection_id": connection_id}
        scope = {"scope": _beginning_with(connection_id)}
        found = Counter(
            credentials=await stores.credentials.erase({"_id": connection_id}),
            known_events=await stores.events.erase(scope),
            series=await stores.series.erase(scope),
            channels=await stores.channels.erase(own),
            parked_work=await stores.parked.erase(own),
            oauth_states=await stores.states.erase(own),
            left_out=await stores.skipped.erase(own),
            traffic=await stores.traffic.erase({"_id": connection_id}),
            answers=await stores.answers.erase({"message.connection_id": connection_id}),
        )
        if account_key:
            found["written_events"] = await stores.written.erase({"_id": _beginning_with(account_key)})
        return found

    async def _note(
        self,
        message: ErasureMessage,
        service: ErasingService,
        erased: dict[str, int],
        *,
        connections: tuple[ErasedConnection, ...] | None = None,
    ) -> None:
        """Note a step of the present run; ours is published with it."""
        step = ErasureStep(service=service, at=self.clock.now(), erased=erased)
        done = [self.messages.erasure_done(message, connections, erased)] if connections is not None else []

        def noted(current: ErasureRecord | None) -> ErasureRecord | None:
            if current is None or current.run != message.run:
                return current
            after = current.noting(step)
            return after if after is current else after.with_messages(*done)

        await self.stores.erasures.update(message.erasure_id, noted)


def _beginning_with(name: str) -> dict[str, str]:
    """Return the condition for ids that begin with a name and a colon, which an index answers."""
    return {"$gte": f"{name}:", "$lt": f"{name};"}
