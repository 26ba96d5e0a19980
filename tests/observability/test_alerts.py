"""Each alert fires when what it watches is caused: in a running sandbox, which a real Prometheus scrapes.

The rules are the deployed ones on a shorter scale (`tests.support.hurry`); tests/unit/deploy/test_alert_rules.py has
their real timing.
"""

import asyncio
import base64
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from contracts.topics import ACTIVITY_COMMANDS, ACTIVITY_EVENTS, CALENDAR_COMMANDS
from sandbox.stage import read_settings
from tests.observability.causes import away, frozen, send, trapped
from tests.support.infrastructure import is_embedded
from tests.support.prometheus import ROOT, Prometheus
from tests.support.providers import PROVIDER
from tests.support.sandboxes import PARTS, Sandbox
from tests.support.stories import World, call, timed
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.timeout(600), pytest.mark.asyncio(loop_scope="session")]

on_apache_kafka = pytest.mark.skipif(is_embedded(), reason="the embedded broker has no such setting or call")
PULL = (ROOT / "contracts" / "examples" / CALENDAR_COMMANDS / "pull.json").read_bytes()
"""A command that needs the database; its connection is nobody's."""


async def fires(watch: Prometheus, alert: str, **labels: str) -> None:
    """Wait until an alert fires with these labels."""
    await watch.fires(alert, within=90, **labels)


async def test_records_that_cannot_be_read(watch: Prometheus, folder: Path) -> None:
    await watch.has(f'tandem_consumed_total{{topic="{ACTIVITY_COMMANDS}", outcome="dead_lettered"}}')
    await send(folder, ACTIVITY_COMMANDS, b"{")
    await fires(watch, "TandemDeadLetters", topic=ACTIVITY_COMMANDS, group="activity-store-commands", severity="ticket")
    await watch.has(f'tandem_dead_letters{{topic="{ACTIVITY_COMMANDS}"}} == 1')


async def test_a_process_that_is_held_answers_nobody_and_says_so_afterwards(
    watch: Prometheus, sandbox: Sandbox
) -> None:
    async with frozen(sandbox, "mapper"):
        await fires(watch, "TandemServiceDown", job="mapper", severity="page")
        await asyncio.sleep(11)  # what is caused is that it hangs for over ten seconds
    await fires(watch, "TandemEventLoopHeld", job="mapper", severity="page")


async def test_a_process_that_is_slow(watch: Prometheus, sandbox: Sandbox) -> None:
    process = sandbox.pid_of(PARTS["activity-store"])

    async def stutter() -> None:
        while True:
            for number, seconds in ((signal.SIGSTOP, 0.4), (signal.SIGCONT, 0.3)):
                os.kill(process, number)
                await asyncio.sleep(seconds)

    stuttering = asyncio.create_task(stutter())
    try:
        await fires(watch, "TandemEventLoopSlow", job="activity-store")
    finally:
        stuttering.cancel()
        await asyncio.gather(stuttering, return_exceptions=True)
        os.kill(process, signal.SIGCONT)


async def test_edits_that_come_late(watch: Prometheus, sandbox: Sandbox, folder: Path, people: list[World]) -> None:
    world = people[0]
    clock = folder / "clock"
    async with frozen(sandbox, "connector"):
        added = [await world.sales.add(**call(subject=f"Late {n}", ahead=n + 1)) for n in range(6)]
        events = [await world.calendar.add(summary=f"Late {n}", **timed(n + 1)) for n in range(6)]
        clock.write_text("600")  # every part's clock is ten minutes later
    try:
        await asyncio.gather(*(world.event_of(one) for one in added), *(world.activity_of(one) for one in events))
        for alert, severity in (("TandemSyncLate", "page"), ("TandemSyncLateSlowly", "ticket")):
            for direction in ("to_crm", "to_calendar"):
                await fires(watch, alert, direction=direction, provider=PROVIDER, severity=severity)
    finally:
        clock.write_text("0")


async def test_items_that_the_other_side_refuses(watch: Prometheus, people: list[World]) -> None:
    world = people[0]
    async with trapped(world, "fault.403_forbidden", operation="calendar.events.insert"):
        added = [await world.sales.add(**call(subject=f"Refused {n}", ahead=n + 1)) for n in range(6)]
        await asyncio.gather(*(world.decided("E5", activity_id=one["id"]) for one in added))
        await fires(watch, "TandemItemsQuarantined")


async def test_a_provider_that_fails_and_one_that_throttles(watch: Prometheus, people: list[World]) -> None:
    async with trapped(people[0], "fault.5xx"):
        for world in people:
            await world.sales.add(**call())
        await fires(watch, "TandemProviderFails", provider=PROVIDER, severity="page")
    async with trapped(people[0], "fault.429", parameters={"retry_after": 1}):
        await fires(watch, "TandemProviderThrottles", provider=PROVIDER, severity="ticket")


async def test_users_who_must_all_sign_in_again(watch: Prometheus, people: list[World]) -> None:
    for world in people[:-1]:
        revoked = f"/control/accounts/{world.calendar.email}/revoke"
        (await world.calendar.simulator.post(revoked)).raise_for_status()
        await world.sales.add(**call())
    # Who waits since the provider has failed tries again within a minute and a half.
    await watch.fires("TandemUsersSignedOut", within=180, provider=PROVIDER, severity="page")


async def test_subscriptions_that_are_not_renewed(watch: Prometheus, folder: Path, people: list[World]) -> None:
    world, clock = people[-1], folder / "clock"  # of the others each user has signed out
    assert (await world.sales.connection(world.connection_id))["push"] == "webhook"
    async with trapped(world, "fault.5xx", operation="calendar.events.watch"):
        clock.write_text(str(40 * 86400))
        try:
            await fires(watch, "TandemSubscriptionsOverdue", provider=PROVIDER, severity="ticket")
        finally:
            clock.write_text("0")


async def test_a_broker_that_hangs(watch: Prometheus, sandbox: Sandbox, people: list[World]) -> None:
    async with frozen(sandbox, "broker"):
        await asyncio.gather(*(people[0].sales.add(**call(subject=f"Kept {n}", ahead=n + 1)) for n in range(15)))
        await fires(watch, "TandemOutboxOld", job="activity-store", collection="activities", severity="page")
        await fires(watch, "TandemOutboxFails", job="activity-store", collection="activities", severity="ticket")
    await watch.has('max(tandem_outbox_age_seconds{job="activity-store"}) == 0')


async def test_a_database_that_is_away(watch: Prometheus, sandbox: Sandbox, folder: Path, people: list[World]) -> None:
    async def answered() -> bool:
        with suppress(httpx.TransportError):
            return (await people[0].sales.store.get("/v1/activities")).is_success
        return False

    async def ask() -> None:
        while True:
            await answered()
            await asyncio.sleep(0.2)

    asking = asyncio.create_task(ask())
    try:
        async with away(sandbox, "database"):
            await send(folder, CALENDAR_COMMANDS, *[PULL] * 1200)
            await fires(watch, "TandemTaskFails", job="mapper", severity="ticket")
            for alert, severity in (("TandemRequestsFail", "page"), ("TandemRequestsFailSlowly", "ticket")):
                await fires(watch, alert, job="activity-store", severity=severity)
            waiting = {"topic": CALENDAR_COMMANDS, "group": "connector"}
            await fires(watch, "TandemConsumerWaits", **waiting, severity="page")
            await fires(watch, "TandemConsumerBehind", **waiting, severity="ticket")
    finally:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await wait_until(answered, awaited="the database to be back", timeout=60, every=0.5)


@on_apache_kafka
async def test_messages_that_are_too_large(watch: Prometheus, folder: Path, people: list[World]) -> None:
    async with administering(folder) as admin:
        await admin.alter_configs([_limited(ACTIVITY_EVENTS, "2000")])
        try:
            await people[0].sales.add(**call(note="x" * 5000))
            await fires(watch, "TandemMessagesTooLarge", topic=ACTIVITY_EVENTS, severity="ticket")
        finally:
            await admin.alter_configs([_limited(ACTIVITY_EVENTS, "1048588")])


@on_apache_kafka
async def test_records_that_retention_took(watch: Prometheus, sandbox: Sandbox, folder: Path) -> None:
    letters = f'tandem_consumed_total{{topic="{ACTIVITY_COMMANDS}", outcome="dead_lettered"}}'
    await watch.has(letters)
    await send(folder, ACTIVITY_COMMANDS, b"{")
    await watch.has(f"{letters} > 0")  # else no position is known that records could be missing after
    # Not frozen: the broker would answer with the records a fetch that a frozen consumer has asked for before.
    async with away(sandbox, "activity-store"), administering(folder) as admin:
        await send(folder, ACTIVITY_COMMANDS, b"{", b"{")
        await admin.delete_records({TopicPartition(ACTIVITY_COMMANDS, 0): RecordsToDelete(before_offset=-1)})
        await send(folder, ACTIVITY_COMMANDS, b"{")
    await fires(watch, "TandemRecordsLost", topic=ACTIVITY_COMMANDS, severity="page")


async def test_a_key_that_is_gone(watch: Prometheus, sandbox: Sandbox, people: list[World]) -> None:
    """The last one: the sandbox is started anew, with another key."""
    assert people
    await restarted(sandbox, TANDEM_CREDENTIAL_KEYS=f"other:{base64.b64encode(os.urandom(32)).decode()}")
    await fires(watch, "TandemCredentialsUnreadable", severity="page")
    await restarted(sandbox, TANDEM_CREDENTIAL_KEYS="")
    await watch.has("max(tandem_credentials_unreadable) == 0")


async def restarted(sandbox: Sandbox, **environ: str) -> None:
    """End the sandbox, and start it again with other settings."""
    sandbox.signal(signal.SIGINT)
    await sandbox.ended()
    sandbox.environ.update(environ)
    sandbox.start()
    await sandbox.ready()


@asynccontextmanager
async def administering(folder: Path) -> AsyncIterator[AIOKafkaAdminClient]:
    """Open an administrator's client of the broker."""
    admin = AIOKafkaAdminClient(bootstrap_servers=read_settings(folder)["TANDEM_KAFKA_BOOTSTRAP"])
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


def _limited(topic: str, size: str) -> ConfigResource:
    return ConfigResource(ConfigResourceType.TOPIC, topic, {"max.message.bytes": size})
