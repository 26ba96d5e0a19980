"""Nothing private and no secret is in a log, a metric or a trace, at the finest log level (G2).

Unique words stand in everything that is private or secret, people and programs do what they do, well and badly, and
then all that the services wrote about it is searched for them.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from contracts.topics import ACTIVITY_COMMANDS, CALENDAR_COMMANDS, CALENDAR_EVENTS
from sandbox.clients import Json, Salesperson, calendar_person, succeeded
from sandbox.stage import read_settings
from tests.observability.causes import send, trapped
from tests.observability.watched import Observed
from tests.support.prometheus import ROOT
from tests.support.providers import PROVIDER
from tests.support.stories import WITHIN, World, call, connected, in_sync, timed
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(600)

SERVICES = ("connector", "mapper", "activity-store")
EXAMPLES = ROOT / "contracts" / "examples"
SECRET_SETTINGS = ("SECRET", "PASSWORD", "CREDENTIAL_KEYS")

SIGNS = {"a token or cursor": "eyJ", "an address": "@example.com", "an address in a URL": "%40example.com"}
"""What shows in any token of JSON, and in the addresses of all the people here."""

FAULTS = {"fault.5xx": None, "fault.429": None, "fault.401": 1, "fault.html_200": 1}
"""The provider's ways to fail, and how often."""


class Canaries:
    """Words that are nowhere else, by what they stand in."""

    def __init__(self, unique: str) -> None:
        self._unique = unique
        self.words: dict[str, str] = {}

    def __call__(self, place: str) -> str:
        return self.words.setdefault(place, f"canary{len(self.words)}{self._unique}")


@pytest.fixture
def canary(unique: str) -> Canaries:
    return Canaries(unique)


def event(canary: Canaries, kind: str) -> Json:
    """An event that says something everywhere."""
    guest = {"email": f"{canary(f'{kind} guest')}@example.com", "displayName": canary(f"{kind} guest's name")}
    return {
        "summary": canary(f"{kind} title"),
        "location": canary(f"{kind} location"),
        "description": canary(f"{kind} description"),
        "attendees": [guest],
    }


async def everyday(world: World, canary: Canaries) -> None:
    """Sync what says something, both ways, with a private event among it."""
    private = {"visibility": "private", **timed(2)}
    await world.activity_of(await world.calendar.add(**event(canary, "private") | private))
    seen = await world.activity_of(await world.calendar.add(**event(canary, "public") | timed(3)))
    person = {"name": canary("person"), "emails": [f"{canary('address of the person')}@example.com"]}
    succeeded(await world.admin.store.put("/v1/linked-items/person/6", json=person))
    fields: Json = {"note": canary("note"), "location": canary("place"), "public_description": canary("text")}
    added = await world.sales.add(**call(subject=canary("subject"), person_id="6", **fields))
    shown = await world.event_of(added)
    await world.sales.change(seen["id"], subject=canary("edited subject"))
    await world.calendar.change(shown["id"], summary=canary("edited title"))
    await world.activity_becomes(added["id"], subject=canary("edited title"))


async def a_failing_provider(world: World, canary: Canaries) -> None:
    """Have calls fail in all ways while something is written."""
    for n, (trap, count) in enumerate(FAULTS.items()):
        async with trapped(world, trap, account=world.calendar.email, count=count):
            added = await world.sales.add(**call(subject=canary(f"subject under {trap}"), ahead=n + 3))
            await world.calendar.add(summary=canary(f"title under {trap}"), **timed(n + 3))
            await trap_was_met(world, trap)
        await world.event_of(added)
    async with trapped(world, "fault.403_forbidden", operation="calendar.events.insert"):
        refused = await world.sales.add(**call(subject=canary("refused subject")))
        await world.decided("E5", activity_id=refused["id"])


async def trap_was_met(world: World, trap: str) -> None:
    """Wait until the provider has failed in this way."""

    async def look() -> bool:
        assert any(trap in json.dumps(row) for row in await world.journal()), trap
        return True

    await wait_until(look, awaited=f"a call that met {trap}", timeout=WITHIN)


async def unreadable_records(folder: Path, canary: Canaries) -> None:
    """Publish what nobody can read: no JSON, the wrong fields, and what no handler can do anything with."""
    for topic, example in ((CALENDAR_EVENTS, "changed.json"), (ACTIVITY_COMMANDS, "put-create.json")):
        body = json.loads((EXAMPLES / topic / example).read_text())
        await send(folder, topic, f'{{"{canary("broken JSON")}'.encode())
        await send(folder, topic, json.dumps(body | {"occurred_at": canary("wrong field")}).encode())
    pull = json.loads((EXAMPLES / CALENDAR_COMMANDS / "pull.json").read_text())
    await send(folder, CALENDAR_COMMANDS, json.dumps(pull | {"type": canary("unknown type")}).encode())


async def bad_requests(world: World, canary: Canaries) -> None:
    """Ask for what makes no sense, with and without a token."""
    await world.sales.store.post("/v1/activities", json=call() | {"subject": [canary("wrong subject")]})
    await world.sales.store.post("/v1/activities", content=canary("no JSON"))
    bearer = {"Authorization": f"Bearer {canary('bearer token')}"}
    for client in (world.sales.store, world.sales.connector, world.sales.mapper):
        await client.get("/v1/links", headers=bearer)
        await client.get("/v1/activities", headers={"Cookie": f"tandem_token={canary('cookie')}"})
    connector = world.sales.connector
    await connector.get("/v1/oauth/callback", params={"code": canary("code"), "state": canary("state")})
    told = {
        "X-Goog-Channel-ID": "a",
        "X-Goog-Resource-State": "exists",
        "X-Goog-Channel-Token": canary("channel token"),
    }
    await connector.post("/webhooks/google", headers=told, content=canary("webhook body"))


async def a_mailbox(folder: Path, canary: Canaries, name: str) -> None:
    """Connect a mailbox by its password, after a wrong one."""
    settings = read_settings(folder)
    urls = {"connector": settings["TANDEM_PUBLIC_URL"], "mapper": "http://m", "activity-store": "http://a"}
    server = settings["SANDBOX_EXCHANGE_URL"]
    email = f"{name}@example.com"
    async with (
        Salesperson(settings, urls, sub="9", company=name, role="regular") as sales,
        httpx.AsyncClient(base_url=server, timeout=10) as simulator,
    ):
        account = {"email": email, "name": name, "time_zone": "Europe/Berlin", "password": canary("password")}
        succeeded(await simulator.post("/control/accounts", json=account))
        body = {"provider": "exchange", "email": email, "server_url": f"{server}/EWS/Exchange.asmx"}
        wrong = await sales.connector.post("/v1/connections", json=body | {"password": canary("wrong password")})
        assert wrong.status_code >= 400, wrong.text
        right = succeeded(await sales.connector.post("/v1/connections", json=body | {"password": canary("password")}))
        person = calendar_person("exchange", simulator, email)
        await person.add(**event(canary, "mailbox") | timed(2))
        await in_sync(sales, right["id"])


def secrets_of(folder: Path) -> dict[str, str]:
    """Return the secrets of the sandbox's settings, and the tokens that its simulators have given."""
    settings = read_settings(folder)
    found = {name: value for name, value in settings.items() if any(word in name for word in SECRET_SETTINGS)}
    keys = settings["TANDEM_CREDENTIAL_KEYS"].split(",")
    return {
        **{name: value for name, value in found.items() if name != "TANDEM_CREDENTIAL_KEYS"},
        **{f"credential key {one.split(':')[0]}": one.split(":", 1)[1] for one in keys},
    }


async def metrics_of(world: World) -> str:
    clients = (world.sales.connector, world.sales.mapper, world.sales.store)
    return "\n".join([(await client.get("/metrics")).text for client in clients])


def logs_of(folder: Path) -> dict[str, str]:
    return {name: (folder / "logs" / f"{name}.log").read_text() for name in SERVICES}


@asynccontextmanager
async def lived_through(folder: Path, unique: str, canary: Canaries) -> AsyncIterator[World]:
    """Open a company that has been through everything."""
    async with connected(folder, unique, include_context=True) as world:
        await everyday(world, canary)
        await a_failing_provider(world, canary)
        await bad_requests(world, canary)
        await unreadable_records(folder, canary)
        await a_mailbox(folder, canary, f"mailbox-{unique}")
        yield world


@pytest.mark.skipif(PROVIDER != "google", reason="the traps are Google's")
async def test_g2_nothing_private_and_no_secret_is_in_logs_metrics_or_traces(
    observed: Observed, unique: str, canary: Canaries
) -> None:
    folder = observed.sandbox.folder
    async with lived_through(folder, unique, canary) as world:

        def dead_letters_are_logged() -> bool:
            assert sum(text.count('"dead_letter"') for text in logs_of(folder).values()) >= 5
            return True

        await wait_until(dead_letters_are_logged, awaited="the dead letters", timeout=WITHIN)
        written = logs_of(folder) | {"metrics": await metrics_of(world), "traces": observed.traces()}
        assert read_settings(folder)["TANDEM_LOG_LEVEL"] == "DEBUG"
        words = canary.words | secrets_of(folder) | SIGNS
        found = [(where, what) for where, text in written.items() for what, word in words.items() if word in text]
        assert found == []
        assert len(words) > 40


async def test_every_line_of_a_log_is_json_and_those_of_one_request_share_its_correlation_id(
    observed: Observed, unique: str
) -> None:
    folder = observed.sandbox.folder
    async with connected(folder, unique) as world:
        async with trapped(world, "fault.5xx", account=world.calendar.email):
            body = call(subject="Traced")
            answer = await world.sales.store.post("/v1/activities", json=body, headers={"X-Request-ID": f"r-{unique}"})
            assert succeeded(answer)["id"]

            def parked() -> list[Json]:
                lines = [json.loads(line) for text in logs_of(folder).values() for line in text.splitlines()]
                mine = [one for one in lines if one.get("correlation_id") == f"r-{unique}"]
                assert "connection_parked" in {one["event"] for one in mine}, mine
                return mine

            await wait_until(parked, awaited="the failed write in the connector's log", timeout=WITHIN)
        for name, text in logs_of(folder).items():
            for line in text.splitlines():
                assert {"event", "level", "timestamp"} <= json.loads(line).keys(), (name, line)
