"""Google's own client library in front of a simulator in this process, and a recorder of pushes."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httplib2
import httpx
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from chassis.clock import ManualClock
from simulators.google.discovery import discovery
from simulators.google.domain.push.channels import Notification
from tests.support.simulator_driver import Json, SimulatorDriver, timed

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass
class Pushes:
    """Takes notifications as an ingress would; answers `status`."""

    status: list[int] = field(default_factory=list)
    got: list[Notification] = field(default_factory=list)

    async def __call__(self, message: Notification) -> int:
        self.got.append(message)
        return self.status.pop(0) if self.status else 200

    @property
    def states(self) -> list[str]:
        return [one.headers["X-Goog-Resource-State"] for one in self.got]


@cache
def _api() -> Any:
    options = {"api_endpoint": "http://google.test/calendar/v3/"}
    return build("calendar", "v3", static_discovery=True, http=httplib2.Http(), client_options=options)


class Google(SimulatorDriver):
    """Google's client library in front of the simulator, and the control API behind it."""

    def __init__(self, app: Any, clock: ManualClock, waits: list[float], pushes: Pushes) -> None:
        super().__init__(app, clock, waits, "http://google.test")
        self.pushes = pushes
        self.api = _api()

    async def send(self, request: Any, **headers: str) -> Any:
        """Send a request that the SDK built; HttpError as the SDK raises it; answers are validated."""
        method = discovery().find(request.method, httpx.URL(request.uri).raw_path.decode().split("?")[0][13:])
        answer = await self.http.request(
            request.method, request.uri, content=request.body, headers={**request.headers, **headers}
        )
        response = httplib2.Response({"status": str(answer.status_code), **answer.headers})
        if answer.status_code >= 300:
            raise HttpError(response, answer.content, uri=request.uri)
        if answer.status_code == 200:
            assert method is not None
            assert discovery().problems(method[0].response, answer.json()) == []
        return request.postproc(response, answer.content)

    async def insert(self, **body: Any) -> Json:
        made: Json = await self.send(self.api.events().insert(calendarId="primary", body=timed() | body))
        return made

    async def events(self, **query: Any) -> Json:
        page: Json = await self.send(self.api.events().list(calendarId="primary", **query))
        return page

    async def watch(self, channel: str = "channel-1", **body: Any) -> Json:
        asked = {"id": channel, "type": "web_hook", "address": "https://crm.test/hook", "token": "secret"}
        channel_made: Json = await self.send(self.api.events().watch(calendarId="primary", body=asked | body))
        return channel_made

    async def pushed(self) -> list[Notification]:
        await self.simulator.push.idle()
        return self.pushes.got


def details(error: HttpError) -> Json:
    """The first entry of an error's body (the SDK's stubs call it a text)."""
    entries: Any = error.error_details
    first: Json = entries[0]
    return first


def refusal(error: HttpError) -> tuple[int, str]:
    """Status and reason of an error as the SDK reads it."""
    return error.resp.status, details(error)["reason"]
