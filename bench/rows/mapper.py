"""Row c: the mapper alone, with everything it is to read waiting on the broker."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from aiokafka import AIOKafkaProducer

from bench.counting import Counter
from bench.floor import common as floor
from bench.options import Options
from bench.people import event, moment
from bench.results import Figure
from bench.stand import Stand, running
from bench.tap import Tap
from bench.vitals import Watch
from chassis.ids import new_id
from contracts import topics
from contracts.catalogue import CONTRACTS

Json = dict[str, Any]
Message = tuple[str, str, Json]
_CONNECTIONS = 10


async def mapper(stand: Stand, options: Options) -> list[Figure]:
    """Measure new events on connections in sync: a link written and two messages published for each."""
    number = options.mapper_messages
    async with running([stand.unit("mapper")]), Counter(stand) as counter:
        for messages in _connections():  # an end of a replay says nothing of a connection that is not known yet
            await _publish(stand, messages)
            await counter.settled()
    ours = await _drain(stand, "mapper", _our_events(number), topics.ACTIVITY_COMMANDS)
    bare = await _drain(stand, "floor-mapper", _floor_events(number), floor.ACTIVITY_COMMANDS)
    detail = {"ours": ours[1], "floor": bare[1]}
    return [Figure("c", f"mapper alone, {number:,} new events", "/s", ours[0], bare[0], "0.50 or more", detail)]


async def _drain(stand: Stand, name: str, messages: Sequence[Message], topic: str) -> tuple[float, Json]:
    await _publish(stand, messages)
    async with Counter(stand) as counter, Tap(stand.kafka, [topic], with_values=False) as tap:
        before = await counter.now()
        async with running([stand.unit(name)]) as processes:
            watch = Watch(processes)
            await tap.until(lambda: len(tap.records) >= len(messages), seconds=300, patience=60)
            cost, cpu, peak = await counter.settled() - before, watch.cpu(), watch.peak_mb()
    times = [one.at for one in tap.records]
    rate = (len(times) - 1) / (max(times) - min(times)) if len(times) > 1 else 0.0
    return round(rate, 1), {"arrived": len(times), "cpu_seconds": cpu, "peak_mb": peak, **cost.as_json()}


async def _publish(stand: Stand, messages: Sequence[Message]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=stand.kafka, acks="all", linger_ms=5) as producer:
        for topic, key, body in messages:
            await producer.send(topic, json.dumps(body).encode(), key.encode())
        await producer.flush()


def _example(path: str, index: int, **changes: object) -> Json:
    body: Json = json.loads((CONTRACTS / "examples" / path).read_text())
    about = {"id": new_id(), "connection_id": f"connection-{index}", "company_id": f"company-{index}"}
    return body | about | changes


def _connections() -> tuple[list[Message], list[Message]]:
    """Return connections, and the ends of their replays."""
    known: list[Message] = []
    ended: list[Message] = []
    for index in range(_CONNECTIONS):
        key, replay = f"connection-{index}", f"replay-{index}"
        changed = _example(
            "connection.events.v1/in-sync.json",
            index,
            account_key=f"account-{index}",
            replay_id=replay,
            settings_version=1,
            coverage={"connected_at": (moment(0) - timedelta(days=30)).isoformat()},
        )
        changed["settings"] |= {"calendar_id": "calendar", "direction": "two_way"}
        known.append((topics.CONNECTION_EVENTS, key, changed))
        ended += [
            (
                topics.ACTIVITY_OUTCOMES,
                key,
                _example("activity.outcomes.v1/replay-ended.json", index, replay_id=replay),
            ),
            (topics.CALENDAR_EVENTS, key, _ended(index, replay)),
        ]
    return known, ended


def _ended(index: int, replay: str) -> Json:
    about = {"account_key": f"account-{index}", "calendar_id": "calendar", "settings_version": 1, "seq": 1}
    return _example("calendar.events.v1/replay-ended.json", index, replay_id=replay, count=0, **about)


def _our_events(number: int) -> list[Message]:
    return [_changed(index) for index in range(number)]


def _changed(index: int) -> Message:
    connection, start = index % _CONNECTIONS, moment(index)
    about = {"account_key": f"account-{connection}", "calendar_id": "calendar", "settings_version": 1, "seq": 2}
    body = _example("calendar.events.v1/changed.json", connection, **about)
    times = {"kind": "timed", "start": start.isoformat(), "end": (start + timedelta(minutes=15)).isoformat()}
    body["event"] |= {"event_id": f"event{index}", "ical_uid": f"event{index}", "calendar_id": "calendar"}
    body["event"]["updated"] = body["occurred_at"] = datetime.now(UTC).isoformat()
    body["event"]["fields"] |= {"summary": f"Meeting {index}", "time": times | {"timezone": "Europe/Berlin"}}
    return topics.CALENDAR_EVENTS, f"connection-{connection}", body


def _floor_events(number: int) -> list[Message]:
    def changed(index: int) -> Json:
        about = {
            "account": f"account-{index % _CONNECTIONS}",
            "id": f"event{index}",
            "summary": event(index)["summary"],
        }
        return about | {"is": "changed", "first": False, "new": True, "padding": "x" * 1200}

    return [(floor.CALENDAR_EVENTS, f"account-{index % _CONNECTIONS}", changed(index)) for index in range(number)]
