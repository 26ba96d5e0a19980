"""A trace follows one edit from the webhook to the change event, through three services and over Kafka.

A real OpenTelemetry Collector takes the spans and writes them to a file.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from contracts.topics import ACTIVITY_COMMANDS, ACTIVITY_EVENTS, CALENDAR_COMMANDS, CALENDAR_EVENTS
from sandbox.stage import read_settings
from tests.observability.watched import Observed
from tests.support.collector import Collector, Span
from tests.support.providers import PROVIDER
from tests.support.stories import WITHIN, World, connected, timed
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(600)

TRIES = 3


@pytest.fixture
def collecting(observed: Observed) -> Collector:
    """The collector of the sandbox's traces."""
    if observed.collector is None:
        pytest.skip("there is no collector")
    return observed.collector


@asynccontextmanager
async def change_events(folder: Path) -> AsyncIterator[AIOKafkaConsumer]:
    """Listen to what is published of activities from now on, as anybody outside may."""
    bootstrap = read_settings(folder)["TANDEM_KAFKA_BOOTSTRAP"]
    async with AIOKafkaConsumer(ACTIVITY_EVENTS, bootstrap_servers=bootstrap) as consumer:
        await consumer.seek_to_end()
        for part in consumer.assignment():
            await consumer.position(part)
        yield consumer


async def event_of(consumer: AIOKafkaConsumer, subject: str) -> ConsumerRecord:
    """Wait for the change event of an activity with this subject."""
    while True:
        record = await consumer.getone()
        if json.loads(record.value)["activity"]["subject"] == subject:
            return record


async def path_of(collecting: Collector, record: ConsumerRecord) -> list[Span]:
    """Wait for the spans that led to a change event, and return them from the one that began the trace."""
    headers = {name: value.decode() for name, value in record.headers}
    _, trace_id, span_id, _ = headers["traceparent"].split("-")

    def look() -> list[Span]:
        found = [span for span in collecting.spans() if span.trace_id == trace_id]
        path = _path_to(found, span_id)
        assert path, [(one.service, one.name) for one in found]
        assert path[0].parent_id == "", [(one.service, one.name) for one in path]
        return path

    path = await wait_until(look, awaited="the trace", timeout=WITHIN, every=0.2)
    assert {one.attributes["tandem.correlation_id"] for one in path} == {headers["correlation_id"]}
    return path


async def test_a_trace_follows_an_edit_from_the_webhook_to_the_change_event(
    observed: Observed, collecting: Collector, unique: str
) -> None:
    folder = observed.sandbox.folder
    async with connected(folder, unique) as world, change_events(folder) as consumer:
        path: list[Span] = []
        for n in range(TRIES):
            await world.calendar.add(summary=f"Seen {unique} {n}", **timed(n + 1))
            path = await path_of(collecting, await event_of(consumer, f"Seen {unique} {n}"))
            if path[0].name.startswith("POST"):  # else it came within a debounce window, at whose end a timer reads
                break
        assert [(one.service, one.name) for one in path] == [
            ("connector", f"POST /webhooks/{PROVIDER}"),
            ("connector", f"{CALENDAR_COMMANDS} process"),
            ("mapper", f"{CALENDAR_EVENTS} process"),
            ("activity-store", f"{ACTIVITY_COMMANDS} process"),
        ]
        siblings = {one.name for one in collecting.spans() if one.trace_id == path[0].trace_id}
        assert f"{PROVIDER} changes" in siblings
        await _says_nothing_of_what_it_is_about(collecting, world)


def _path_to(spans: list[Span], span_id: str) -> list[Span]:
    """Return the spans from the one that began the trace to this one."""
    by_id = {span.span_id: span for span in spans}
    path: list[Span] = []
    while span_id in by_id:
        path.insert(0, by_id[span_id])
        span_id = by_id[span_id].parent_id
    return path


async def _says_nothing_of_what_it_is_about(collecting: Collector, world: World) -> None:
    text = collecting.file.read_text().lower()
    for private in (world.company, world.calendar.email, world.connection_id, "seen "):
        assert private.lower() not in text, private
