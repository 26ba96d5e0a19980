"""The operators' command line beside a running sandbox, as a colleague would use it: every command once."""

import asyncio
import json
import sys
from pathlib import Path

from aiokafka import AIOKafkaProducer

from sandbox.clients import Json
from tests.support.stories import WITHIN, World, call
from tests.support.waiting import wait_until

DONE, FOUND = 0, 1


async def tandem(folder: Path, *arguments: str, expected: int = DONE) -> Json:
    """Run a command with the sandbox's own settings; return what it says."""
    command = [sys.executable, "-m", "tandem", "--env-file", str(folder / "settings.env"), *arguments, "--json"]
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
    said, complained = await child.communicate()
    assert child.returncode == expected, (said, complained)
    found: Json = json.loads(said)
    return found


async def test_an_operator_looks_after_a_company(folder: Path, synced: World) -> None:
    activity = await synced.linked((await synced.sales.add(**call("Canary of an operator")))["id"])
    [shown] = (await tandem(folder, "connections", "--company", synced.company))["items"]
    assert (shown["id"], shown["status"]) == (synced.connection_id, "in_sync")
    explained = await tandem(folder, "explain", activity["id"])
    assert explained["items"][0]["outcome"] == "synced"
    assert (await tandem(folder, "resync", synced.connection_id, "--wait", "60"))["status"] == "in_sync"
    [report] = (await tandem(folder, "verify", synced.connection_id))["items"]
    assert (report["differences"], report["counts"]["equal"]) == ([], 1)
    assert (await tandem(folder, "rotate-keys"))["unreadable"] == []
    done = await tandem(folder, "erase", "7", "--company", synced.company)
    assert [step["service"] for step in done["steps"]] == ["connector", "mapper", "activity-store"]
    assert done["done"]
    assert (await tandem(folder, "connections", "--company", synced.company, "--stopped"))["items"] == []


async def test_what_cannot_be_processed_is_put_back_once(folder: Path, company: World, unique: str) -> None:
    topic = "sync.decisions.v1"
    await publish(company, topic, unique)

    async def dead() -> Json | None:
        found = (await tandem(folder, "dead-letters", "list", "--topic", topic))["items"]
        return next((one for one in found if one["key"] == unique), None)

    letter = await wait_until(dead, awaited="the dead letter", timeout=WITHIN)
    assert letter["reason"] == "undecodable"
    assert (await tandem(folder, "dead-letters", "show", letter["id"]))["value"] == "no JSON"
    [done] = (await tandem(folder, "dead-letters", "replay", letter["id"]))["items"]
    assert done["refused"] is None
    [again] = (await tandem(folder, "dead-letters", "replay", letter["id"], expected=FOUND))["items"]
    assert again["refused"] == "replayed_before"
    relapsed = await wait_until(dead, awaited="a new dead letter: the cause is still there", timeout=WITHIN)
    assert relapsed["id"] != letter["id"]


async def publish(world: World, topic: str, key: str) -> None:
    """Put something on a topic that no service can ever read."""
    producer = AIOKafkaProducer(bootstrap_servers=world.settings["TANDEM_KAFKA_BOOTSTRAP"])
    await producer.start()
    try:
        await producer.send_and_wait(topic, b"no JSON", key=key.encode())
    finally:
        await producer.stop()
