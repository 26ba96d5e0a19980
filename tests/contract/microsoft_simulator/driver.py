"""A client in front of a Microsoft simulator in this process, and a recorder of what it pushes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from chassis.clock import ManualClock
from simulators.microsoft.domain.push.notifications import Batch
from simulators.microsoft.http.sender import Answer
from tests.support.simulator_driver import ANN, Json, SimulatorDriver, timed

MARKER = "String {6a1d2b58-3f6e-4c3e-9f0b-7f2b8f3f6b7a} Name crmId"
METADATA = Path(__file__).parents[4] / "shared" / "providers" / "graph-v1.0.csdl.gz"
IMMUTABLE = 'IdType="ImmutableId"'
LIFECYCLE = "https://crm.test/lifecycle"
WINDOW = {"startDateTime": "2026-11-01T00:00:00Z", "endDateTime": "2027-01-01T00:00:00Z"}


@dataclass
class Ingress:
    """Takes notifications and validations as a client's ingress would.

    `answers` are the next answers to notifications, 202 afterwards; `echo` makes the validation's answer of its token.
    """

    answers: list[Answer] = field(default_factory=list)
    echo: Callable[[str], Answer] = lambda token: Answer(200, 0.0, "text/plain; charset=utf-8", token)
    got: list[Batch] = field(default_factory=list)
    validated: list[str] = field(default_factory=list)

    async def post(self, batch: Batch) -> Answer:
        self.got.append(batch)
        return self.answers.pop(0) if self.answers else Answer(202)

    async def validate(self, url: str) -> Answer:
        self.validated.append(url)
        return self.echo(parse_qs(urlsplit(url).query)["validationToken"][0])

    @property
    def values(self) -> list[Json]:
        """All notifications of all batches."""
        return [value for batch in self.got for value in batch.values]

    @property
    def changes(self) -> list[str]:
        """The change types and lifecycle events in their order."""
        return [value.get("changeType") or value["lifecycleEvent"] for value in self.values]


class GraphFailure(Exception):  # noqa: N818 - the answer, not a failing test
    """An error answer."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__(answer.text)
        self.answer = answer
        self.refusal = (answer.status_code, answer.json()["error"]["code"])


class Microsoft(SimulatorDriver):
    """The simulator's client and its control API."""

    def __init__(self, app: Any, clock: ManualClock, waits: list[float], ingress: Ingress) -> None:
        super().__init__(app, clock, waits, "http://graph.test")
        self.ingress = ingress

    async def graph(self, verb: str, path: str, body: Any = None, *, prefer: str = "", **given: Any) -> Json:
        """Call Graph with a path below `/v1.0`, or an absolute link; raises `GraphFailure`."""
        url = path if path.startswith("http") else f"/v1.0{path}"
        headers = {**given.pop("headers", {}), **({"Prefer": prefer} if prefer else {})}
        answer = await self.http.request(verb, url, json=body, headers=headers, **given)
        if answer.is_error:
            raise GraphFailure(answer)
        content: Json = answer.json() if answer.content else {}
        return content

    async def create(self, path: str = "/me/events", **body: Any) -> Json:
        return await self.graph("POST", path, timed() | body, prefer=IMMUTABLE)

    async def person(self, verb: str, path: str = "", body: Any = None, **query: Any) -> Any:
        """What Ann does in Outlook, in her default calendar."""
        return await self.control(verb, f"/accounts/{ANN}/calendars/primary/events{path}", body, **query)

    async def delta(self, link: str | None = None, *, size: int = 50, path: str = "/me/calendarView/delta") -> Json:
        """All pages from a link on, or of a first round over the end of 2026; the last page's link with all rows."""
        prefer = f"odata.maxpagesize={size}, {IMMUTABLE}"
        first = {} if link or "calendarView" not in path else {"params": WINDOW}
        page = await self.graph("GET", link or path, prefer=prefer, **first)
        rows = page["value"]
        while "@odata.nextLink" in page:
            page = await self.graph("GET", page["@odata.nextLink"], prefer=prefer)
            rows += page["value"]
        return page | {"value": rows}

    async def series(self, count: int = 5) -> tuple[Json, list[str]]:
        """A daily series with the ids of its occurrences."""
        master = await self.create(subject="daily", **daily(count))
        page = await self.graph("GET", f"/me/events/{master['id']}/instances", params=WINDOW, prefer=IMMUTABLE)
        return master, [row["id"] for row in page["value"]]

    async def calendar_of(self, name: str) -> str:
        """The id of Ann's calendar of that name."""
        rows = (await self.graph("GET", "/me/calendars"))["value"]
        return next(str(one["id"]) for one in rows if one["name"] == name)

    async def subscribe(self, **body: Any) -> Json:
        asked = {
            "changeType": "created,updated,deleted",
            "notificationUrl": "https://crm.test/hook",
            "resource": "/me/events",
            "expirationDateTime": "2026-11-25T09:00:00Z",
            "clientState": "secret",
        }
        return await self.graph("POST", "/subscriptions", asked | body, prefer=IMMUTABLE)

    async def pushed(self) -> Ingress:
        await self.simulator.push.idle()
        return self.ingress


def daily(count: int = 5, **pattern: Any) -> Json:
    """A series from the first of December on."""
    return {
        "recurrence": {
            "pattern": {"type": "daily", "interval": 1} | pattern,
            "range": {"type": "numbered", "startDate": "2026-12-01", "numberOfOccurrences": count},
        }
    }
