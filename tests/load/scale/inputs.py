"""Every figure that the simulation and the arithmetic of docs/scaling.md start from, in one place, with its source."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from connector.domain.connection.reads import PollingPolicy

DAY_SECONDS = 86_400


@dataclass(frozen=True)
class ProviderInputs:
    """A provider: its share of the connections, what it admits, and how it answers."""

    name: str
    share: float
    per_minute: int | None
    """Calls a minute that the whole of our project may make; None where only each account is limited."""
    per_account_minute: int
    retry_after: float | None
    """What a refusal asks us to wait, in seconds; Google promises none (providers/google.md 1.5)."""
    latency: float = 0.15
    """Seconds that one call takes."""
    time_out: float = 10.0
    """Seconds until a call is given up while the provider is down (TANDEM_PROVIDER_TIMEOUT_SECONDS)."""


GOOGLE = ProviderInputs("google", share=0.7, per_minute=60_000, per_account_minute=600, retry_after=None)
"""600 a minute and user is Google's; 10,000 a minute is what a new project gets, six times that what is assumed."""
GRAPH = ProviderInputs("graph", share=0.3, per_minute=None, per_account_minute=1_000, retry_after=30)
"""Outlook: 10,000 in ten minutes for each app and mailbox, none for the app as a whole (providers/graph.md 2.5)."""


@dataclass(frozen=True)
class UserInputs:
    """What users do, at the busiest hour of a working day."""

    calendar_changes_per_day: float = 10.0
    activity_changes_per_day: float = 5.0
    busiest_hour: float = 2.0
    """How much busier the simulated hours are than the average of the day."""
    pushes_lost: float = 0.005
    """"A small percentage get dropped" (providers/google.md 1.2)."""
    pushes_early: float = 0.03
    """Notifications that come before the change can be read (providers/google.md 1.7, trap 4)."""


@dataclass(frozen=True)
class PodInputs:
    """The connector as it is deployed."""

    pods: int = 8
    partitions: int = 48
    lanes: int = 100
    """`chassis.messaging.consumer.LANES_AT_ONCE`."""
    batch: int = 200
    """`max_records` of a consumer."""
    look_seconds: float = 0.004
    """One look-up of due connections."""
    decode_seconds: float = 0.00005
    """Decoding one connection that a look-up finds."""
    take_seconds: float = 0.0008
    """CPU of one taking: read, decide, write, publish."""
    command_seconds: float = 0.004
    """CPU of one command of `calendar.commands`, provider's answer decoded."""
    hop_seconds: float = 0.005
    """From a message published to its handler, on Kafka."""


@dataclass(frozen=True)
class Inputs:
    """A population and what it lives on."""

    connections: int = 1_000_000
    providers: tuple[ProviderInputs, ...] = (GOOGLE, GRAPH)
    users: UserInputs = field(default_factory=UserInputs)
    pods: PodInputs = field(default_factory=PodInputs)
    policy: PollingPolicy = field(
        default_factory=lambda: PollingPolicy(
            poll=timedelta(seconds=300),
            poll_longest=timedelta(hours=1),
            poll_without_push=timedelta(seconds=60),
            debounce=timedelta(seconds=1),
            second_look=timedelta(seconds=2),
        )
    )
    scheduler_seconds: float = 0.25
    background_per_second: float = 100.0
    """For each pod, as the three above (the settings' defaults)."""
    channel_life: timedelta = timedelta(days=7)
    full_read_calls: int = 3
    seed: int = 1


def scaled(connections: int, seed: int = 1) -> Inputs:
    """Return the inputs for fewer connections: as many pods less and as much less quota, so that it stays as tight."""
    share = connections / 1_000_000
    whole = Inputs()
    providers = tuple(
        ProviderInputs(
            one.name,
            one.share,
            None if one.per_minute is None else max(60, round(one.per_minute * share)),
            one.per_account_minute,
            one.retry_after,
        )
        for one in whole.providers
    )
    pods = replace(whole.pods, pods=max(2, round(whole.pods.pods * share)))
    background = whole.background_per_second * whole.pods.pods * share / pods.pods
    return Inputs(connections, providers, pods=pods, background_per_second=max(1.0, background), seed=seed)
