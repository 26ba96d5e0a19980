"""Runs in the cluster: what salespeople do on both sides, by the Services; prints a JSON line for each request.

WORK is JSON: the addresses, who they are, and how often each does something. SIGTERM ends it when all is answered. A
request that gets no answer, or one of 500 and above, is made again with the same Idempotency-Key, as clients are told
to; the line says what each try got.
"""

import asyncio
import json
import os
import signal
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

_TRIES = 3
_FAILED = 500


async def request(client: httpx.AsyncClient, kind: str, item: str, method: str, path: str, **more: Any) -> None:
    began, tries = time.time(), []
    for _ in range(_TRIES):
        try:
            answer = await client.request(method, path, **more)
        except httpx.HTTPError as error:
            tries.append(type(error).__name__)
            continue
        tries.append(str(answer.status_code))
        if answer.status_code < _FAILED:
            break
    line = {"at": began, "seconds": time.time() - began, "kind": kind, "item": item, "tries": tries}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def client(url: str, person: dict[str, str]) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {person['token']}"}, timeout=30)


async def person_works(work: dict[str, Any], person: dict[str, str], stop: asyncio.Event) -> None:
    urls = work["urls"]
    async with (
        client(urls["connector"], person) as connector,
        client(urls["mapper"], person) as mapper,
        client(urls["activity-store"], person) as store,
        # The simulator is no part of the product: it may close a connection while it is asked by it.
        httpx.AsyncClient(
            base_url=urls["simulator"], timeout=30, limits=httpx.Limits(max_keepalive_connections=0)
        ) as simulator,
    ):
        number = int(time.time())  # no item of an earlier run is called like one of this
        while not stop.is_set():
            number += 1
            day = datetime.now(UTC).date() + timedelta(days=1 + number % 90)
            to_calendar, to_crm = (f"{person['name']}-{way}-{number}." for way in ("out", "in"))
            activity = {
                "subject": to_calendar,
                "type": "call",
                "due_date": str(day),
                "due_time": "10:00",
                "duration": "00:30",
            }
            start, end = ({"dateTime": f"{day}T{hour}:00:00", "timeZone": "UTC"} for hour in (12, 13))
            calendar = f"/control/accounts/{person['email']}/calendars/primary/events"
            connection = person["connection"]
            key = {"Idempotency-Key": str(uuid.uuid4())}
            await asyncio.gather(
                request(store, "write", to_calendar, "POST", "/v1/activities", json=activity, headers=key),
                request(
                    simulator,
                    "calendar",
                    to_crm,
                    "POST",
                    calendar,
                    json={"summary": to_crm, "start": start, "end": end},
                ),
                request(connector, "read", "", "GET", f"/v1/connections/{connection}"),
                request(mapper, "read", "", "GET", "/v1/links", params={"connection_id": connection, "limit": 1}),
                request(store, "read", "", "GET", "/v1/activities", params={"limit": 1}),
            )
            try:
                await asyncio.wait_for(stop.wait(), timeout=work["every"])
            except TimeoutError:
                continue


async def main() -> None:
    work, stop = json.loads(os.environ["WORK"]), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await asyncio.gather(*(person_works(work, person, stop) for person in work["people"]))


asyncio.run(main())
