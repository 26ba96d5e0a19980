"""The two people of the sandbox's stories: a salesperson in the CRM, and the same person in Google's own page."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, Literal, Self, TypeVar
from urllib.parse import quote

import httpx
from tenacity import AsyncRetrying, RetryError, retry_if_result, stop_after_delay, wait_fixed

from sandbox.token import make_token
from simulators.frame.domain.people import Scope

Json = dict[str, Any]
T = TypeVar("T")

EXCHANGE_PASSWORD = "sandbox"  # noqa: S105 - what the simulator gives every account that asks for no other
_TIMEOUT = httpx.Timeout(10)
_LOOK_AGAIN_SECONDS = 0.02


class NeverHappenedError(AssertionError):
    """What was waited for did not come; the message says what it was."""


async def eventually(
    look: Callable[[], Coroutine[Any, Any, T | None]], *, awaited: str, seconds: float = 30
) -> tuple[T, float]:
    """Look until there is something to see; return it with the seconds it took."""
    began = perf_counter()
    looks = AsyncRetrying(
        stop=stop_after_delay(seconds),
        wait=wait_fixed(_LOOK_AGAIN_SECONDS),
        retry=retry_if_result(_nothing),
    )
    try:
        seen: T | None = await looks(look)
    except RetryError as error:
        raise NeverHappenedError(f"waited {seconds:g} s for {awaited}") from error
    if seen is None:
        raise NeverHappenedError(awaited)
    return seen, perf_counter() - began


def _nothing(seen: object) -> bool:
    return not seen


class Salesperson:
    """A user of the CRM with a token of his own, talking to the three services as any client does."""

    def __init__(
        self,
        settings: Mapping[str, str],
        urls: Mapping[str, str],
        *,
        sub: str,
        company: str,
        role: str,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`transport`: in place of the network."""
        token = make_token(settings, sub=sub, company=company, role=role, now=datetime.now(UTC))
        headers = {"Authorization": f"Bearer {token}"}
        self.user_id = sub
        self._exchange = settings.get("SANDBOX_EXCHANGE_URL", "")
        self._transport = transport
        self.connector, self.mapper, self.store = (
            httpx.AsyncClient(base_url=urls[name], headers=headers, timeout=_TIMEOUT, transport=transport)
            for name in ("connector", "mapper", "activity-store")
        )

    async def __aenter__(self) -> Self:
        """Open the three clients."""
        async with AsyncExitStack() as stack:
            for client in (self.connector, self.mapper, self.store):
                await stack.enter_async_context(client)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close them."""
        await self._stack.aclose()

    async def connect(self, email: str, *, provider: str = "google", **settings: object) -> Json:
        """Connect a calendar, consent or password included; return the connection. An existing one is left as it is."""
        login = self._login() if provider == "exchange" else {}
        body = {"provider": provider, "email": email, **login, **settings}
        answer = await self.connector.post("/v1/connections", json=body)
        if answer.status_code == httpx.codes.CONFLICT:
            return await self.connection(answer.json()["connection_id"])
        connection = succeeded(answer)
        if connection["authorization_url"]:
            await self._consent(connection["authorization_url"], email)
        return await self.connection(connection["id"])

    def _login(self) -> Json:
        return {"password": EXCHANGE_PASSWORD, "server_url": f"{self._exchange}/EWS/Exchange.asmx"}

    async def _consent(self, authorization_url: str, email: str) -> None:
        """Go through the consent page with a cookie jar of its own, and back to the connector."""
        async with httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=True, transport=self._transport) as browser:
            answer = await browser.get(httpx.URL(authorization_url).copy_add_param("sim_approve", email))
            if answer.status_code != httpx.codes.UNAUTHORIZED:  # it is back at our page, where nobody is signed in
                answer.raise_for_status()

    async def connection(self, connection_id: str) -> Json:
        """Return a connection as it is now."""
        return succeeded(await self.connector.get(f"/v1/connections/{connection_id}"))

    async def in_sync(self, connection_id: str, *, seconds: float = 120) -> float:
        """Wait until a connection says that it is in sync; return the seconds."""

        async def look() -> bool:
            return bool((await self.connection(connection_id))["status"] == "in_sync")

        return (await eventually(look, awaited=f"connection {connection_id} in sync", seconds=seconds))[1]

    async def has_heard_of(self, connection_id: str, event_ids: Sequence[str], *, seconds: float = 120) -> float:
        """Wait until each of these events or series has a link or an explanation; return the seconds."""
        silent = set(event_ids)

        async def look() -> bool:
            links = await self._all(self.mapper, "/v1/links", {"connection_id": connection_id, "limit": 500})
            for event_id in filter(None, (link["event_id"] for link in links)):
                silent.difference_update({event_id, event_id.rsplit("_", 1)[0]})
            silent.difference_update([one for one in sorted(silent) if await self.explain(event_id=one)])
            return not silent

        return (await eventually(look, awaited="the sync to hear of every event", seconds=seconds))[1]

    async def settings(self, connection_id: str, **changes: object) -> Json:
        """Change settings of a connection."""
        return succeeded(await self.connector.patch(f"/v1/connections/{connection_id}", json=changes))

    async def add(self, **fields: object) -> Json:
        """Create an activity."""
        return succeeded(await self.store.post("/v1/activities", json=fields))

    async def change(self, activity_id: str, **fields: object) -> Json:
        """Change an activity."""
        return succeeded(await self.store.patch(f"/v1/activities/{activity_id}", json=fields))

    async def activity(self, activity_id: str) -> Json | None:
        """Return an activity; None where there is none."""
        answer = await self.store.get(f"/v1/activities/{activity_id}")
        return None if answer.status_code == httpx.codes.NOT_FOUND else succeeded(answer)

    async def activities(self, **query: str | int) -> list[Json]:
        """Return all activities that match the filters."""
        return await self._all(self.store, "/v1/activities", query)

    @staticmethod
    async def _all(service: httpx.AsyncClient, path: str, query: Mapping[str, str | int]) -> list[Json]:
        """Return all items of a list, page after page."""
        found: list[Json] = []
        cursor: str | None = ""
        while cursor is not None:
            more = {"cursor": cursor} if cursor else {}
            page = succeeded(await service.get(path, params={**query, **more}))
            found += page["items"]
            cursor = page["next_cursor"]
        return found

    async def link(self, **item: str) -> Json | None:
        """Return the link of an activity or event; None where there is none yet."""
        answer = await self.mapper.get("/v1/links", params=item)
        items = [] if answer.status_code == httpx.codes.NOT_FOUND else succeeded(answer)["items"]
        return items[0] if items else None

    async def explain(self, **item: str) -> list[Json]:
        """Return what was decided for an activity or event, newest first."""
        items: list[Json] = succeeded(await self.mapper.get("/v1/explain", params=item))["items"]
        return items


class CalendarPerson:
    """The account's holder in the provider's own calendar, by the control API that all simulators have in common.

    Events are in Google's words with every provider; a simulator translates what its provider calls differently.
    `kind`: Microsoft's accounts are of work (Office 365) or personal (outlook.com). `calendar_id`: the one he looks at.
    """

    def __init__(
        self,
        simulator: httpx.AsyncClient,
        email: str,
        kind: Literal["work", "personal"] | None = None,
        calendar_id: str = "primary",
    ) -> None:
        self.simulator, self.email, self.kind, self.calendar_id = simulator, email, kind, calendar_id
        self._events = f"/control/accounts/{email}/calendars/{quote(calendar_id, safe='')}/events"

    async def with_calendar(self, summary: str, role: str = "owner", shared: str | None = None) -> Self:
        """Create a calendar, or take in one that is `shared` by its id; return the person looking at it."""
        body = {"summary": summary, "role": role, "id": shared}
        made = succeeded(await self.simulator.post(f"/control/accounts/{self.email}/calendars", json=body))
        return type(self)(self.simulator, self.email, self.kind, made["id"])

    async def copy(self, event_id: str, **fields: object) -> Json:
        """Duplicate an event, hidden properties included, with changes."""
        return succeeded(await self.simulator.post(f"{self._events}/{event_id}/copy", json=fields))

    async def sign_up(self, name: str, time_zone: str) -> None:
        """Create the account, unless it is there."""
        known = {account["email"] for account in (await self.simulator.get("/control/accounts")).json()}
        if self.email not in known:
            kind = {"kind": self.kind} if self.kind else {}
            new = {"email": self.email, "name": name, "time_zone": time_zone, **kind}
            succeeded(await self.simulator.post("/control/accounts", json=new))

    async def answer(self, event_id: str, answer: Literal["accepted", "declined"]) -> None:
        """Answer an invitation."""
        event = succeeded(await self.simulator.get(f"{self._events}/{event_id}"))
        guests = [
            one | ({"responseStatus": answer} if one["email"] == self.email else {}) for one in event["attendees"]
        ]
        await self.change(event_id, attendees=guests)

    async def take_back(self) -> None:
        """Take the consent back that anybody was given."""
        succeeded(await self.simulator.post(f"/control/accounts/{self.email}/revoke"))

    async def add(self, **fields: object) -> Json:
        """Create an event."""
        return succeeded(await self.simulator.post(self._events, json=fields))

    async def change(self, event_id: str, scope: Scope = "this", **fields: object) -> Json:
        """Change an event; with an occurrence's id also this and the following, or all of its series."""
        path = f"{self._events}/{event_id}"
        return succeeded(await self.simulator.patch(path, params={"scope": scope}, json=fields))

    async def delete(self, event_id: str, scope: Scope = "this") -> None:
        """Delete an event; with an occurrence's id also this and the following, or all of its series."""
        succeeded(await self.simulator.delete(f"{self._events}/{event_id}", params={"scope": scope}))

    async def event(self, event_id: str) -> Json | None:
        """Return an event; None where there is none, or its tombstone."""
        answer = await self.simulator.get(f"{self._events}/{event_id}")
        if answer.is_error or answer.json().get("status") == "cancelled":
            return None
        return succeeded(answer)

    async def events(self) -> list[Json]:
        """Return all events that are not deleted."""
        rows: list[Json] = (await self.simulator.get(self._events)).json()
        return [row for row in rows if row.get("status") != "cancelled"]


class OutlookPerson(CalendarPerson):
    """The holder of a mailbox, where an answer is no edit."""

    async def answer(self, event_id: str, answer: Literal["accepted", "declined"]) -> None:
        """Answer an invitation."""
        what = {"accepted": "accept", "declined": "decline"}[answer]
        succeeded(await self.simulator.post(f"{self._events}/{event_id}/{what}"))


class MailboxPerson(OutlookPerson):
    """The holder of a mailbox at an Exchange Server, which is entered by a password."""

    async def take_back(self) -> None:
        """Change the password."""
        path = f"/control/accounts/{self.email}"
        succeeded(await self.simulator.patch(path, json={"password": f"{EXCHANGE_PASSWORD}, changed"}))


def calendar_person(provider: str, simulator: httpx.AsyncClient, email: str) -> CalendarPerson:
    """Return the holder of an account at a provider (`google`, `outlook`, `office365`, `exchange`)."""
    if provider == "exchange":
        return MailboxPerson(simulator, email)
    kinds: Mapping[str, Literal["work", "personal"]] = {"outlook": "personal", "office365": "work"}
    return OutlookPerson(simulator, email, kinds[provider]) if provider in kinds else CalendarPerson(simulator, email)


def succeeded(answer: httpx.Response) -> Json:
    """Return the body of a good answer, {} where it has none; raise with the problem's own words otherwise."""
    if answer.is_error:
        raise httpx.HTTPStatusError(f"{answer.url}: {answer.text}", request=answer.request, response=answer)
    body: Json = answer.json() if answer.content else {}
    return body
