"""The arithmetic of docs/scaling.md: from the inputs to what so many connections need, as a table in that page."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path

from tests.load.scale.inputs import DAY_SECONDS, Inputs
from tests.load.scale.sizes import Sizes, measured_sizes

PAGE = Path(__file__).parents[3] / "docs" / "scaling.md"
BEGIN, END = "<!-- arithmetic: written by make simulate-scale -->", "<!-- end of arithmetic -->"
CONNECTIONS = (10_000, 100_000, 1_000_000)
_GIGA = 1e9


@dataclass(frozen=True)
class Assumed:
    """What the arithmetic takes for granted; CPU is docs/performance.md's at 100 changes a second, the dearer way."""

    inputs: Inputs = field(default_factory=Inputs)
    items: int = 300
    """Linked items of a connection: events in its window and activities, with their history."""
    connector_seconds_per_call: float = 0.0115
    """Of a call to a provider: the push that asks for it, its command and what is told of it."""
    mapper_messages_per_second: float = 750.0
    """Of one mapper process: 4 ms a change."""
    store_changes_per_second: float = 240.0
    """Of one store process: 4.2 ms a change that a user makes."""
    messages_per_change: float = 3.0
    """That the mapper takes in: the change, the outcome of its command, the fact that follows."""
    message_bytes: int = 1_500
    replication: int = 3
    use: float = 0.6
    """How much of a pod or a broker is planned with."""
    index_share: float = 0.4
    """Of a document's bytes, for its indexes."""
    compression: float = 0.4
    """What snappy leaves of documents like ours."""
    google_default: int = 10_000
    """Calls a minute that a new Google project may make (providers/google.md 1.5)."""


@dataclass(frozen=True)
class Load:
    """What so many connections do, in the busiest hour unless it says otherwise."""

    given: Assumed
    sizes: Sizes
    connections: int

    @property
    def _busy(self) -> float:
        return self.connections * self.given.inputs.users.busiest_hour / DAY_SECONDS

    @property
    def changes(self) -> float:
        """Changes a second, of both sides."""
        users = self.given.inputs.users
        return self._busy * (users.calendar_changes_per_day + users.activity_changes_per_day)

    @property
    def pushed_reads(self) -> float:
        """Reads a second that a push asks for; our own writes notify too."""
        return self.changes

    @property
    def writes(self) -> float:
        """Writes to providers a second."""
        return self._busy * self.given.inputs.users.activity_changes_per_day

    @property
    def polls(self) -> float:
        """Polls a second where push is proven; a read for any other reason puts them off, which is not counted."""
        return self.connections / self.given.inputs.policy.poll_longest.total_seconds()

    @property
    def polls_at_first(self) -> float:
        """Polls a second if every calendar were read as often as one whose push is not proven."""
        return self.connections / self.given.inputs.policy.poll.total_seconds()

    @property
    def renewals(self) -> float:
        """Channels replaced a second: two calls each."""
        return self.connections / (0.45 * self.given.inputs.channel_life.total_seconds())

    @property
    def full_reads(self) -> float:
        """Daily comparisons a second."""
        return self.connections / DAY_SECONDS

    @property
    def calls(self) -> float:
        """Calls to providers a second."""
        reads = self.full_reads * self.given.inputs.full_read_calls
        return self.pushed_reads + self.writes + self.polls + 2 * self.renewals + reads

    @property
    def google_per_minute(self) -> float:
        """Calls to Google a minute."""
        return self.calls * self.given.inputs.providers[0].share * 60

    @property
    def google_per_day(self) -> float:
        """Calls to Google on a whole working day."""
        quiet = self.pushed_reads + self.writes
        whole = quiet / self.given.inputs.users.busiest_hour + self.calls - quiet
        return whole * self.given.inputs.providers[0].share * DAY_SECONDS

    @property
    def takings(self) -> float:
        """Due times that the dispatcher takes a second."""
        return self.polls + self.renewals + 2 * self.full_reads

    @property
    def connector_pods(self) -> int:
        """Pods that the CPU of commands and takings needs; two at least, so that one may go."""
        pods = self.given.inputs.pods
        cpu = (self.calls * self.given.connector_seconds_per_call + self.takings * pods.take_seconds) / self.given.use
        return max(2, ceil(cpu))

    @property
    def mapper_pods(self) -> int:
        """Pods of the mapper."""
        messages = self.changes * self.given.messages_per_change
        return max(2, ceil(messages / self.given.mapper_messages_per_second / self.given.use))

    @property
    def store_pods(self) -> int:
        """Pods of the activity store."""
        return max(2, ceil(self.changes / self.given.store_changes_per_second / self.given.use))

    @property
    def partitions(self) -> int:
        """Partitions of the busy topics: twice the pods, so that they share evenly, in steps of 12."""
        return max(12, 12 * ceil(2 * max(self.connector_pods, self.mapper_pods, self.store_pods) / 12))

    @property
    def kafka_megabytes(self) -> float:
        """Megabytes a second that Kafka stores, replicas included."""
        messages = self.changes * (self.given.messages_per_change + 3) + self.pushed_reads + self.takings
        return messages * self.given.message_bytes * self.given.replication / 1e6

    def gigabytes(self, document: int, each: int) -> float:
        """Return what so many documents of a connection take on disk, indexes included."""
        stored = document * (self.given.compression + self.given.index_share)
        return stored * each * self.connections / _GIGA


_ROWS: tuple[tuple[str, Callable[[Load], str]], ...] = (
    ("changes a second, both sides, busiest hour", lambda load: f"{load.changes:,.0f}"),
    ("reads a second asked for by pushes", lambda load: f"{load.pushed_reads:,.0f}"),
    ("writes to providers a second", lambda load: f"{load.writes:,.0f}"),
    ("polls a second, push proven (at first)", lambda load: f"{load.polls:,.0f} ({load.polls_at_first:,.0f})"),
    ("channels replaced a second", lambda load: f"{load.renewals:,.2f}"),
    ("daily full reads a second", lambda load: f"{load.full_reads:,.1f}"),
    ("calls to providers a second", lambda load: f"{load.calls:,.0f}"),
    ("calls to Google a minute", lambda load: f"{load.google_per_minute:,.0f}"),
    (
        "... of a new project's quota",
        lambda load: f"{load.google_per_minute / load.given.google_default:,.1f} times",
    ),
    ("calls to Google a day", lambda load: f"{load.google_per_day / 1e6:,.1f} million"),
    ("due times taken a second", lambda load: f"{load.takings:,.0f}"),
    ("connector pods (one core each)", lambda load: f"{load.connector_pods}"),
    ("mapper pods", lambda load: f"{load.mapper_pods}"),
    ("activity-store pods", lambda load: f"{load.store_pods}"),
    ("partitions of the busy topics", lambda load: f"{load.partitions}"),
    ("Kafka, MB/s written", lambda load: f"{load.kafka_megabytes:,.1f}"),
    ("connector's database, GB", lambda load: f"{_connector(load):,.1f}"),
    ("mapper's database, GB", lambda load: f"{load.gigabytes(load.sizes.link, load.given.items):,.1f}"),
    ("store's database, GB", lambda load: f"{load.gigabytes(load.sizes.activity, load.given.items):,.1f}"),
)


def _connector(load: Load) -> float:
    return load.gigabytes(load.sizes.connection, 1) + load.gigabytes(load.sizes.known_event, load.given.items)


def tables(given: Assumed, sizes: Sizes) -> str:
    """Return the generated part of the page."""
    documents = {
        "connection (connector)": sizes.connection,
        "known event (connector)": sizes.known_event,
        "link (mapper)": sizes.link,
        "activity (store)": sizes.activity,
    }
    lines = ["| document | bytes as BSON |", "| --- | --: |"]
    lines += [f"| {name} | {size:,} |" for name, size in documents.items()]
    heads = " | ".join(f"{connections:,}" for connections in CONNECTIONS)
    lines += ["", f"| connections | {heads} |", f"| --- | {' | '.join('--:' for _ in CONNECTIONS)} |"]
    loads = [Load(given, sizes, connections) for connections in CONNECTIONS]
    lines += [f"| {words} | {' | '.join(show(load) for load in loads)} |" for words, show in _ROWS]
    return "\n".join(lines)


def with_tables(page: str, written: str) -> str:
    """Return the page with its generated part replaced."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n{written}\n{END}{rest.split(END)[1]}"


def write_tables() -> None:
    """Write the generated part of docs/scaling.md, from the documents as the services store them now."""
    PAGE.write_text(with_tables(PAGE.read_text(), tables(Assumed(), measured_sizes())))
