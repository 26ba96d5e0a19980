"""What page tests do beside looking at pages: accounts at providers, activities in the CRM, time."""

import time
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
import jwt

from chassis.web.auth import TOKEN_COOKIE
from chassis.web.csrf import csrf_token
from sandbox.clients import EXCHANGE_PASSWORD
from tests.pages.calendar_sync.served import TIME

HOME = "/calendar-sync"
_SIMULATORS = {"google": 10, "outlook": 11, "office365": 11, "exchange": 12}
_KINDS = {"outlook": "personal", "office365": "work"}


@dataclass(frozen=True)
class World:
    """The running system."""

    base: int
    secret: str
    _numbers: Any = field(default_factory=lambda: count(1))

    def url(self, offset: int) -> str:
        """The address of the part whose port is `offset` above the base."""
        return f"http://127.0.0.1:{self.base + offset}"

    @property
    def connector(self) -> str:
        """Where the page is."""
        return self.url(1)

    def elapse(self, seconds: float) -> None:
        """Let time pass; everything that is due meanwhile is done."""
        answer = httpx.post(f"{self.url(TIME)}/elapse", params={"seconds": seconds}, timeout=100)
        assert answer.is_success, answer.text

    def user(self, *, company: str = "acme", role: str = "regular") -> "User":
        """Return a user whom nobody has used before."""
        number = next(self._numbers)
        return User(self, str(1000 + number), company, role)


@dataclass(frozen=True)
class User:
    """Somebody signed in to the CRM, who has an account of the same name at every provider."""

    world: World
    id: str
    company: str
    role: str

    @property
    def token(self) -> str:
        """The session."""
        who = {"sub": self.id, "company_id": self.company, "role": self.role, "name": "Ann Nowak"}
        until = int(time.time()) // 100_000 * 100_000 + 900_000  # the same token for a while: the session is one
        return jwt.encode(who | {"tz": "Europe/Warsaw", "exp": until}, self.world.secret, "HS256")

    @property
    def email(self) -> str:
        """The address of the accounts."""
        return f"ann{self.id}@example.com"

    @property
    def cookie(self) -> Any:
        """The session cookie, as Playwright takes it."""
        return {"name": TOKEN_COOKIE, "value": self.token, "url": self.world.connector}

    @property
    def proof(self) -> dict[str, str]:
        """The field that every form of ours has."""
        return {"csrf_token": csrf_token(self.token)}

    def session(self) -> httpx.Client:
        """Return a client that is signed in as a browser is."""
        cookies, headers = {TOKEN_COOKIE: self.token}, {"Accept": "text/html"}
        return httpx.Client(base_url=self.world.connector, cookies=cookies, headers=headers, timeout=60)

    def api(self, offset: int) -> httpx.Client:
        """Return a client of a service's API."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=self.world.url(offset), headers=headers, timeout=60)

    def sign_up(self, provider: str) -> None:
        """Have an account at a provider."""
        if provider == "exchange":  # NTLM signs in a connection, which this system's network does not have
            url = f"{self.world.url(_SIMULATORS[provider])}/control/authentication"
            httpx.put(url, json={"schemes": ["Basic"]}, timeout=60).raise_for_status()
        kind = {"kind": _KINDS[provider]} if provider in _KINDS else {}
        account = {"email": self.email, "name": "Ann", "time_zone": "Europe/Warsaw", **kind}
        answer = httpx.post(f"{self.world.url(_SIMULATORS[provider])}/control/accounts", json=account, timeout=60)
        assert answer.is_success, answer.text

    def connect(self, provider: str = "google", *, wait: float = 15, **settings: Any) -> str:
        """Connect an account by the API, let it sync for so many seconds, and return the connection's id."""
        self.sign_up(provider)
        login = {"password": EXCHANGE_PASSWORD, "server_url": f"{self.world.url(12)}/EWS/Exchange.asmx"}
        body = {"provider": provider, "email": self.email, **settings, **(login if provider == "exchange" else {})}
        with self.api(1) as api:
            made = api.post("/v1/connections", json=body).raise_for_status().json()
            if made["authorization_url"]:
                with httpx.Client(follow_redirects=True, timeout=60) as browser:
                    browser.get(httpx.URL(made["authorization_url"]).copy_add_param("sim_approve", self.email))
        self.world.elapse(wait)
        return str(made["id"])

    def connection(self) -> dict[str, Any]:
        """Return the newest connection as the API has it."""
        with self.api(1) as api:
            found: list[dict[str, Any]] = api.get("/v1/connections").raise_for_status().json()["items"]
        return found[-1]

    def activities(self, number: int, kind: str = "task") -> None:
        """Plan activities for tomorrow of the system's time."""
        with self.api(3) as api:
            for one in range(number):
                when = {"due_date": "2026-03-02", "due_time": f"{8 + one % 10:02}:00"}
                api.post(
                    "/v1/activities", json={"subject": f"Call back {one + 1}", "type": kind} | when
                ).raise_for_status()

    def who_is(self, status: str) -> "User":
        """Return the user, whose connection has this status by now."""
        assert self.connection()["status"] == status, self.connection()
        return self

    def choose(self, **settings: Any) -> None:
        """Change settings, and let that take effect."""
        with self.api(1) as api:
            api.patch(f"/v1/connections/{self.connection()['id']}", json=settings).raise_for_status()
        self.world.elapse(20)

    def sync_now(self) -> None:
        """Have the calendar read anew, and wait for it."""
        with self.api(1) as api:
            api.post(f"/v1/connections/{self.connection()['id']}/resync", json={}).raise_for_status()
        self.world.elapse(30)

    def stop(self, remove: str) -> None:
        """Stop the sync."""
        with self.session() as http:
            assert http.post(f"{HOME}/stop", data=self.proof | {"remove": remove}).status_code == 303

    def simulator(self) -> httpx.Client:
        """Return a client of what the user does to the calendars at Google."""
        url = f"{self.world.url(_SIMULATORS['google'])}/control/accounts/{self.email}/calendars"
        return httpx.Client(base_url=url, timeout=60, follow_redirects=True)

    def slow_down(self, seconds: str) -> None:
        """Let Google answer the account's next request with 429."""
        trap = {"trap": "fault.429", "account": self.email, "count": 1, "parameters": {"retry_after": seconds}}
        url = f"{self.world.url(_SIMULATORS['google'])}/control/traps"
        httpx.post(url, json=trap, timeout=60).raise_for_status()

    def answers_after(self, *, milliseconds: int) -> None:
        """Let Google take so long for each answer from now on, to everybody."""
        url = f"{self.world.url(_SIMULATORS['google'])}/control/settings"
        httpx.patch(url, json={"latency_ms": milliseconds}, timeout=60).raise_for_status()

    def withdraw(self, provider: str = "google") -> None:
        """Take back the consent that was given at the provider."""
        url = f"{self.world.url(_SIMULATORS[provider])}/control/accounts/{self.email}/revoke"
        httpx.post(url, timeout=60).raise_for_status()
