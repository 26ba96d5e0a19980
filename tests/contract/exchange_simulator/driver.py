"""A client in front of an Exchange simulator in this process, and a recorder of what it calls back."""

import base64
from dataclasses import dataclass, field
from typing import Any

import httpx
from lxml import etree

from chassis.clock import ManualClock
from simulators.exchange.domain.xml import Content, Element, children, local, m, make, q, t
from simulators.exchange.http.sender import Answer
from tests.support.simulator_driver import ANN, Json, SimulatorDriver

EWS = "/EWS/Exchange.asmx"
PASSWORD = "sandbox"
ALL_EVENTS = ("CreatedEvent", "ModifiedEvent", "DeletedEvent", "MovedEvent")
ID_ONLY = t("BaseShape", "IdOnly")


def result(status: str = "OK") -> bytes:
    """Return what a client answers to a notification."""
    body = m("SendNotificationResult", m("SubscriptionStatus", status))
    return etree.tostring(make("s:Envelope", make("s:Body", body)))


@dataclass
class Ingress:
    """Takes notifications as a client's ingress would; `answers` are the next answers, `OK` afterwards."""

    answers: list[Answer] = field(default_factory=list)
    got: list[Element] = field(default_factory=list)

    async def post(self, url: str, content: bytes) -> Answer:
        self.got.append(etree.fromstring(content))
        return self.answers.pop(0) if self.answers else Answer(200, 0.0, result())

    @property
    def events(self) -> list[str]:
        """The names of all events in their order."""
        notifications = (one for call in self.got for one in call.iter(q("m:Notification")))
        return [local(event) for one in notifications for event in children(one) if local(event).endswith("Event")]


class EwsFailure(Exception):  # noqa: N818 - the answer, not a failing test
    """A refusal: the ResponseCode of a fault (`status` 500) or of the first part that was refused (200)."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.refusal = (status, code)


class Exchange(SimulatorDriver):
    """The simulator's client and its control API."""

    def __init__(self, app: Any, clock: ManualClock, waits: list[float], ingress: Ingress) -> None:
        super().__init__(app, clock, waits, "http://exchange.test")
        self.app = app
        self.ingress = ingress

    async def sign_in(self, email: str = ANN) -> Json:
        """Send Basic with every request from now on."""
        self.http.headers["Authorization"] = basic(email, PASSWORD)
        return {}

    async def call(self, request: Element, *headers: Element) -> Element:
        """Return the answer's body element; raises `EwsFailure` for a fault, and for a part that was refused."""
        answer = await self.raw(request, *headers)
        root = etree.fromstring(answer.content)
        code = root.find(f".//{q('e:ResponseCode')}")
        if answer.status_code != 200:
            message = root.find(".//faultstring")
            raise EwsFailure(answer.status_code, _text(code), _text(message))
        for part in root.iter():
            if part.get("ResponseClass") == "Error":
                texts = (part.find(q(name)) for name in ("m:ResponseCode", "m:MessageText"))
                raise EwsFailure(200, *(_text(one) for one in texts))
        body = root.find(q("s:Body"))
        assert body is not None
        return children(body)[0]

    async def raw(self, request: Element, *headers: Element) -> httpx.Response:
        """Return the answer as it comes."""
        content = etree.tostring(make("s:Envelope", make("s:Header", list(headers)), make("s:Body", request)))
        return await self.http.post(EWS, content=content, headers={"Content-Type": "text/xml; charset=utf-8"})

    async def person(self, verb: str, path: str = "", body: Any = None, **query: Any) -> Any:
        """What Ann does in Outlook, in her own calendar."""
        return await self.control(verb, f"/accounts/{ANN}/calendars/primary/events{path}", body, **query)

    async def sync(self, state: str | None = None, most: int = 512, shape: Element = ID_ONLY) -> "Page":
        """One page of the changes of Ann's calendar."""
        asked = m(
            "SyncFolderItems",
            m("ItemShape", shape),
            m("SyncFolderId", t("DistinguishedFolderId", Id="calendar")),
            m("SyncState", state) if state else None,
            m("MaxChangesReturned", most),
        )
        return Page(await self.call(asked))

    async def subscribe(self, *, minutes: int = 5, url: str = "http://crm.test/hook", **more: Content) -> Element:
        """Watch Ann's calendar; `more`: a Watermark."""
        return await self.call(subscription(url, minutes, **more))

    async def pushed(self) -> Ingress:
        """Let everything that is due be sent."""
        self.simulator.tick()
        await self.simulator.push.idle()
        return self.ingress

    async def subscriptions(self) -> list[Json]:
        found: list[Json] = await self.control("GET", "/subscriptions")
        return found


class Page:
    """One answer of SyncFolderItems."""

    def __init__(self, answer: Element) -> None:
        self.answer = answer
        self.state = all_of(answer, "m:SyncState")[0].text or ""
        self.last = all_of(answer, "m:IncludesLastItemInRange")[0].text == "true"
        self.rows = children(all_of(answer, "m:Changes")[0])

    @property
    def kinds(self) -> list[str]:
        return [local(one) for one in self.rows]


def subscription(url: str, minutes: int = 5, **more: Content) -> Element:
    """Return a request to watch the user's own calendar."""
    asked = m(
        "PushSubscriptionRequest",
        t("FolderIds", t("DistinguishedFolderId", Id="calendar")),
        t("EventTypes", [t("EventType", one) for one in ALL_EVENTS]),
        [t(name, value) for name, value in more.items()],
        t("StatusFrequency", minutes),
        t("URL", url),
    )
    return m("Subscribe", asked)


def all_of(parent: Element, name: str) -> list[Element]:
    """Return all elements of a name below another."""
    return list(parent.iter(q(name)))


def basic(user: str, password: str) -> str:
    """Return an Authorization header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _text(element: Element | None) -> str:
    return "" if element is None else (element.text or "")
