#!/usr/bin/env bash
# aiokafka 0.14.0's idempotent producer never writes to a partition again after one batch was refused (Kafka 4.3.0).
#
# A good guess: a batch that Kafka refuses (a record above the topic's `max.message.bytes`, a Write right that was taken
# for a moment) fails alone; what is sent next is written, as without idempotence, and as Java's producer does, which
# takes back the sequence number or begins a new epoch.
# What happens: the refused batch's sequence number counts as used, so every later send to the partition fails with
# OutOfOrderSequenceNumber, which the client does not repeat, for as long as the producer lives.
# What it means for us: our producer is not idempotent (docs/brokers.md). Order holds without it, since one batch of a
# partition is in flight; consumers pass over duplicates.
#
# Needs Python 3.11, Java 17 or newer and Maven; fetches 43 MB.
set -euo pipefail
folder=$(mktemp -d)
broker=
trap '[ -z "$broker" ] || kill -9 "$broker" 2>/dev/null; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check aiokafka==0.14.0

cat > "$folder/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId>
  <artifactId>kafka</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>4.3.0</version>
    </dependency>
  </dependencies>
</project>
XML
mvn -q -B -f "$folder/pom.xml" dependency:copy-dependencies -DoutputDirectory="$folder/libs"

read -r port controller < <(python3 - <<'PYTHON'
import socket

sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(one.getsockname()[1] for one in sockets))
PYTHON
)
cat > "$folder/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
log.dirs=$folder/data
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
PROPERTIES
java -cp "$folder/libs/*" kafka.tools.StorageTool format -t VGFuZGVtLXNhbmRib3gAAA \
  -c "$folder/server.properties" > "$folder/log" 2>&1
java -Xmx512m -cp "$folder/libs/*" kafka.Kafka "$folder/server.properties" >> "$folder/log" 2>&1 &
broker=$!
disown

"$folder/venv/bin/python" - "$port" <<'PYTHON'
import asyncio
import logging
import sys
import time

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

ADDRESS = f"127.0.0.1:{sys.argv[1]}"
logging.disable(logging.CRITICAL)


async def make_topics() -> None:
    until = time.monotonic() + 60
    while True:
        admin = AIOKafkaAdminClient(bootstrap_servers=ADDRESS)
        try:
            await admin.start()
            limit = {"max.message.bytes": "2000"}
            await admin.create_topics([NewTopic(name, 1, 1, topic_configs=limit) for name in ("idempotent", "plain")])
            return
        except KafkaError:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.5)
        finally:
            await admin.close()


async def outcomes(topic: str, *, idempotent: bool) -> list[str]:
    """Send a small record, one that is too large, and small ones again; return what became of each."""
    seen = []
    async with AIOKafkaProducer(bootstrap_servers=ADDRESS, enable_idempotence=idempotent, acks="all") as producer:
        for value in (b"small", b"x" * 5000, b"small", b"small", b"small"):
            try:
                await producer.send_and_wait(topic, value)
                seen.append("written")
            except KafkaError as error:
                seen.append(type(error).__name__)
            await asyncio.sleep(0.5)
    return seen


async def main() -> None:
    await make_topics()
    plain, idempotent = await outcomes("plain", idempotent=False), await outcomes("idempotent", idempotent=True)
    print("without idempotence:", *plain)
    print("with idempotence:   ", *idempotent)
    refused = "MessageSizeTooLargeError"
    assert plain == ["written", refused, "written", "written", "written"]
    assert idempotent == ["written", refused, *["OutOfOrderSequenceNumber"] * 3], "it goes on now: this finding is over"


asyncio.run(main())
PYTHON
