"""`Idempotency-Key` on POST: a request that is repeated is answered as the first time, and creates nothing twice.

The first request reserves the key, creates under an id derived from it, and stores its answer. A crash in between
leaves the reservation: the repetition creates again under the same id, and so finds what is there.
"""

import hashlib
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Header, Request, Response
from pydantic import Field

from chassis.clock import Clock
from chassis.ids import beginning_with, joined, new_id
from chassis.persistence.document import Document
from chassis.persistence.store import Store
from chassis.persistence.table import Index
from chassis.web.auth import Identity
from chassis.web.problems import conflict, unprocessable

IDEMPOTENCY_HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(hours=24)
ABANDONED_AFTER = timedelta(seconds=60)
"""Longer than any request takes: whoever reserved the key has crashed."""

IdempotencyKey = Annotated[str | None, Header(alias=IDEMPOTENCY_HEADER, min_length=1, max_length=255)]
"""Declare it on the route so that OpenAPI shows the header."""

_NAMESPACE = uuid.UUID("5b1f6a3e-8f63-4c1e-9a3c-6d1f4f0e9d11")
_KEPT_HEADERS = ("location", "etag", "content-type")


class StoredAnswer(Document):
    """A reserved key and, when there is one, the answer that was given under it."""

    body_hash: str
    reserved_at: datetime
    owner: str = ""
    """Who asked, so that what he was answered can be erased with him."""

    status: int | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    body: str = ""

    def answered(self, response: Response) -> "StoredAnswer":
        """Return the key with the answer that was given under it."""
        headers = {name: value for name, value in response.headers.items() if name in _KEPT_HEADERS}
        given = {"status": response.status_code, "headers": headers, "body": bytes(response.body).decode()}
        return self.model_copy(update=given)


class Idempotency:
    """Remembers answers for a day; one for a service, made with its store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        expiry = Index([("reserved_at", 1)], expire_after=KEPT_FOR)
        self._answers = store.documents("idempotency", StoredAnswer, indexes=[expiry, Index([("owner", 1)])])
        self._clock = clock

    async def run(
        self,
        request: Request,
        identity: Identity,
        create: Callable[[str], Awaitable[Response]],
        *,
        known_by: bytes | None = None,
    ) -> Response:
        """Answer a POST: `create` gets the id that a new object must have, and its answer is kept for repetitions.

        Without the header, `create` simply runs with a new id. 422 `idempotency_key_reused` where the key came with
        another body, 409 `idempotency_in_progress` while the first request is still under way. An error answer
        (`Problem`) is not kept: the key is free again. `known_by` stands for a body that holds a secret: even its hash
        is not stored.
        """
        key = request.headers.get(IDEMPOTENCY_HEADER)
        if key is None:
            return await create(new_id())
        place = f"{request.method} {request.url.path}"
        name = joined(identity.company_id, identity.user_id, place, key, separator="\n")
        answer_id = str(uuid.uuid5(_NAMESPACE, name))
        body_hash = hashlib.sha256(await request.body() if known_by is None else known_by).hexdigest()
        answer = await self._reserve(answer_id, body_hash, _owner(identity.company_id, identity.user_id))
        return _replayed(answer) if answer.status else await self._create(answer, create)

    async def erase(self, company_id: str, user_id: str | None) -> int:
        """Forget what a user was answered, None: all of a company; return how many answers that were."""
        owner = _owner(company_id, user_id) if user_id is not None else beginning_with(company_id, separator="\n")
        return await self._answers.erase({"owner": owner})

    async def _reserve(self, answer_id: str, body_hash: str, owner: str) -> StoredAnswer:
        now = self._clock.now()
        new = StoredAnswer(id=answer_id, body_hash=body_hash, reserved_at=now, owner=owner)
        ours = False

        def reserve(known: StoredAnswer | None) -> StoredAnswer | None:
            nonlocal ours
            ours = known is None or now - known.reserved_at >= (KEPT_FOR if known.status else ABANDONED_AFTER)
            if known and not ours and known.body_hash != body_hash:
                raise unprocessable("idempotency_key_reused", "the key was used with another body")
            return new if ours else None

        stored = await self._answers.update(answer_id, reserve)
        if stored is None or not (ours or stored.status):
            raise conflict("idempotency_in_progress", "the first request with this key is still under way")
        return stored

    async def _create(self, answer: StoredAnswer, create: Callable[[str], Awaitable[Response]]) -> Response:
        try:
            response = await create(answer.id)
        except Exception:
            await self._answers.delete(answer.id, answer.version)
            raise
        await self._answers.update(answer.id, lambda known: (known or answer).answered(response))
        return response


def _owner(company_id: str, user_id: str) -> str:
    return joined(company_id, user_id, separator="\n")


def _replayed(answer: StoredAnswer) -> Response:
    return Response(answer.body, answer.status or 500, {**answer.headers, "Idempotency-Replayed": "true"})
