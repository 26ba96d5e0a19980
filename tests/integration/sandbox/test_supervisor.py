"""`make run` end to end on the embedded broker, with stand-ins for the services."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from pymongo import AsyncMongoClient

from contracts.catalogue import all_topics
from sandbox import env_file
from tests.integration.sandbox.stand_ins import CONNECTOR, KAFKA, MONGO, settings_of_the_connector, with_stand_ins
from tests.support.infrastructure import run_outside_any_loop
from tests.support.ports import free_base
from tests.support.sandboxes import Sandbox
from tests.support.waiting import wait_until

pytestmark = pytest.mark.own_broker


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox that is not started yet and may be left in any state."""
    with closing(with_stand_ins(tmp_path)) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A running sandbox, to be left running."""
    with closing(with_stand_ins(tmp_path_factory.mktemp("shared"))) as sandbox:
        sandbox.start()
        run_outside_any_loop(sandbox.ready())
        yield sandbox


async def test_services_run_with_what_settings_env_says(sandbox: Sandbox) -> None:
    told = env_file.read(sandbox.folder / "settings.env")
    given = await settings_of_the_connector(sandbox)
    assert {key: given[key] for key in told if key.startswith("TANDEM_")} == told
    assert told["TANDEM_GOOGLE_API_URL"] == "http://google.invalid"
    assert (sandbox.folder / "settings.env").stat().st_mode & 0o777 == 0o600


async def test_every_topic_exists_with_at_most_two_partitions_for_each_costs_at_rest(sandbox: Sandbox) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=f"127.0.0.1:{sandbox.port_base + KAFKA}")
    await admin.start()
    described = await admin.describe_topics([topic.name for topic in all_topics()])
    await admin.close()
    partitions = {item["topic"]: len(item["partitions"]) for item in described}
    assert partitions == {topic.name: min(topic.partitions, 2) for topic in all_topics()}


async def test_a_second_sandbox_in_the_folder_is_refused(sandbox: Sandbox) -> None:
    with closing(Sandbox(sandbox.folder, free_base(), {}, console="second")) as second:
        second.start()
        assert await second.ended() == 1
        assert "another sandbox runs in" in second.console


async def test_a_crashed_service_is_started_again_and_need_not_publish_anew(sandbox: Sandbox) -> None:
    assert "TANDEM_REPUBLISH_ON_START" in await settings_of_the_connector(sandbox)
    so_far = len(sandbox.console)
    os.kill(sandbox.pid_of(" connector"), signal.SIGKILL)
    await sandbox.says(r"connector +\| ready", after=so_far)
    assert "TANDEM_REPUBLISH_ON_START" not in await settings_of_the_connector(sandbox)


async def test_a_new_broker_gets_topics_and_services_that_publish_anew(sandbox: Sandbox) -> None:
    before, so_far = sandbox.pid_of(" connector"), len(sandbox.console)
    os.kill(sandbox.pid_of("memory://tansu"), signal.SIGKILL)
    await sandbox.says(r"topics made(.|\n)*connector +\| ready", after=so_far)
    assert sandbox.pid_of(" connector") != before
    assert (await settings_of_the_connector(sandbox))["TANDEM_REPUBLISH_ON_START"] == "true"


async def test_a_killed_database_comes_back_with_its_data(sandbox: Sandbox) -> None:
    port, so_far = sandbox.port_base + MONGO, len(sandbox.console)
    client: AsyncMongoClient[dict[str, object]] = AsyncMongoClient("127.0.0.1", port, directConnection=True)
    async with client:
        await client["kept"]["things"].insert_one({"_id": "one"})
        os.kill(sandbox.pid_of("--storage-path"), signal.SIGKILL)
        await sandbox.says(r"mongo +\| ready", after=so_far)
        assert await client["kept"]["things"].find_one() == {"_id": "one"}


async def test_a_killed_supervisor_leaves_no_orphan_and_a_second_start_ends_cleanly(own: Sandbox) -> None:
    own.start()
    await own.ready()
    assert len(own.processes()) == 6, "the supervisor, broker, database and three services"
    own.signal(signal.SIGKILL)
    await own.ended()
    await wait_until(lambda: not own.processes(), awaited="the end of all processes")
    own.start()
    await own.ready()
    own.signal(signal.SIGINT)
    assert await own.ended() == 0
    assert own.processes() == {}


async def test_can_be_ended_while_it_starts(own: Sandbox) -> None:
    own.start()
    await wait_until((own.folder / "logs" / "mongo.log").exists, awaited="the database's start")
    own.signal(signal.SIGTERM)
    assert await own.ended() == 0
    assert own.processes() == {}


async def test_a_taken_port_is_named_and_ends_the_start(own: Sandbox) -> None:
    port = own.port_base + CONNECTOR
    with socket.create_server(("127.0.0.1", port)):
        own.start()
        assert await own.ended() == 1
    assert own.console == (
        f"sandbox: port {port} (connector) is taken; end what uses it or start with PORT_BASE=8100\n"
    )


async def test_a_service_that_cannot_start_ends_the_start_with_its_words(own: Sandbox) -> None:
    mapper = own.folder.parent / "mapper" / "__main__.py"
    mapper.write_text("raise SystemExit('settings: TANDEM_X: Field required')")
    own.start()
    assert await own.ended() == 1
    assert "settings: TANDEM_X: Field required" in own.console
    assert own.processes() == {}
