"""Apache Kafka itself, in KRaft mode: one node that is broker and controller and keeps its data over a restart.

Needs Java 17 or newer and the jars that `make tools` fetches. More options for its JVM go into JDK_JAVA_OPTIONS.
"""

import shutil
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from sandbox.processes import probes
from sandbox.processes.tools import kafka_libs
from sandbox.processes.unit import Unit

CLUSTER_ID = "VGFuZGVtLXNhbmRib3gAAA"
"""16 bytes in base64; any will do, for the cluster is alone in its folder."""

ONE_NODE = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    # As in production: topics are made with their partitions, never by whoever asks first.
    "auto.create.topics.enable": "false",
    # Kafka's own topics want three nodes and 50 partitions each.
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "4",
    # Nobody is about to join beside the first.
    "group.initial.rebalance.delay.ms": "0",
}
"""What a lone node needs to be told, wherever it runs."""

_LOGS = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn -Dorg.slf4j.simpleLogger.showDateTime=true"
_FORMAT_ONCE_AND_RUN = f"""
mkdir -p "$STORE"
printf '%s\\n' "$@" > "$STORE/server.properties"
if [ ! -e "$STORE/data/meta.properties" ]; then
  touch "$STORE/standalone"
  java -XX:TieredStopAtLevel=1 {_LOGS} -cp "$LIBS/*" kafka.tools.StorageTool \
    format --standalone -t {CLUSTER_ID} -c "$STORE/server.properties" || exit 1
elif [ ! -e "$STORE/standalone" ]; then
  # Formatted without --standalone, before Kafka 4.4: its data do not name the one voter.
  sed -i 's/^controller.quorum.bootstrap.servers=/controller.quorum.voters=1@/' "$STORE/server.properties"
fi
exec java -Xmx512m {_LOGS} -cp "$LIBS/*" kafka.Kafka "$STORE/server.properties"
"""


def kafka(
    port: int,
    controller_port: int,
    store: Path,
    log: Path,
    more: Mapping[str, str] | None = None,
    listeners: Sequence[str] = (),
) -> Unit:
    """Describe a broker on `port` whose data are in `store`; `controller_port` is its own affair.

    `more` are properties of Kafka's beside those that a lone node needs; `listeners` are others beside the plain one.
    """
    properties = _properties(port, controller_port, store, more or {}, listeners)
    return Unit(
        name="kafka",
        argv=("sh", "-c", _FORMAT_ONCE_AND_RUN, "kafka", *properties),
        port=port,
        log=log,
        probe=partial(probes.tcp, port),
        env={"LIBS": str(kafka_libs()), "STORE": str(store)},
        ready_within=240.0,  # five seconds' work for the first time, on a machine where everybody works
    )


def _properties(
    port: int, controller_port: int, store: Path, more: Mapping[str, str], listeners: Sequence[str]
) -> list[str]:
    always = (f"PLAINTEXT://127.0.0.1:{port}", f"CONTROLLER://127.0.0.1:{controller_port}")
    own = {
        "controller.quorum.bootstrap.servers": f"127.0.0.1:{controller_port}",
        "listeners": ",".join((*always, *listeners)),
        "log.dirs": f"{store}/data",
    }
    return [f"{name}={value}" for name, value in {**ONE_NODE, **own, **more}.items()]


def kafka_obstacle() -> str | None:
    """Say what keeps Apache Kafka from running here, None when nothing does."""
    if shutil.which("java") is None:
        return "Apache Kafka needs Java 17 or newer"
    if not kafka_libs().is_dir():
        return "Apache Kafka's jars are not there: run `make tools`"
    return None
