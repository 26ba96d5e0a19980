"""Light connections: of each only its due times and what the dispatcher's decisions ask for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from connector.domain.connection.lifecycle import due_when_authorised
from connector.domain.model.connection import DueKind, Push
from connector.domain.scheduling.schedule import earliest, renewal
from tests.load.scale.inputs import Inputs

START = datetime(2026, 3, 2, tzinfo=UTC)
_DAY = timedelta(days=1)


class Light:
    """One connection; a plain object, since a million documents would fill the memory."""

    __slots__ = (
        "attempts",
        "background_at",
        "calls",
        "due",
        "due_at",
        "id",
        "last_started",
        "minute",
        "number",
        "parked",
        "provider",
        "push",
        "quiet_polls",
        "renew_at",
        "resume_at",
        "retry_at",
        "unseen_since",
    )

    def __init__(self, number: int, provider: int) -> None:
        self.number = number
        self.id = f"c{number}"
        self.provider = provider
        self.push: Push = "webhook"
        self.due: dict[DueKind, datetime] = {}
        self.due_at: datetime | None = None
        self.resume_at: datetime | None = None
        self.background_at: datetime | None = None
        self.quiet_polls = 0
        self.attempts = 0
        self.retry_at: datetime | None = None
        self.parked: tuple[str, ...] = ()
        self.last_started: datetime | None = None
        self.renew_at = START
        self.unseen_since: datetime | None = None
        self.minute = 0
        self.calls = 0

    def can_work(self, now: datetime) -> bool:
        """As `Connection.can_work`."""
        return self.retry_at is None or self.retry_at <= now


def populate(inputs: Inputs, wave_at: datetime) -> Iterator[Light]:
    """Yield the connections as they stand at the start.

    A third was connected within one hour, 84 hours before `wave_at`: half the life of a channel, and 12 hours plus
    three days, so that their renewals and their daily work would all come in that one hour.
    """
    random, share = Random(inputs.seed), inputs.providers[0].share
    for number in range(inputs.connections):
        light = Light(number, 0 if random.random() < share else 1)
        wave = number % 3 == 0
        since = wave_at - inputs.channel_life / 2 + timedelta(hours=random.random()) if wave else None
        connected = since or START - random.random() * 60 * _DAY
        _settle(light, connected, since or START - random.random() * inputs.channel_life / 2, inputs, random)
        yield light


def _settle(light: Light, connected: datetime, opened: datetime, inputs: Inputs, random: Random) -> None:
    """Let a connection have lived since it was connected, its polls quiet: what is due lies ahead."""
    for kind, first in due_when_authorised(light.id, connected).items():
        if first is not None and kind != "kick":
            light.due[kind] = first + max(0, -((first - START) // _DAY)) * _DAY
    while renewal_of(light, opened, inputs) <= START:
        opened = renewal_of(light, opened, inputs)
    light.renew_at = renewal_of(light, opened, inputs)
    light.due["channel"] = light.renew_at
    light.quiet_polls = 4
    light.last_started = START - random.random() * inputs.policy.interval(light.push, light.quiet_polls) * 0.75
    light.due["poll"] = inputs.policy.next_poll(light.id, light.last_started, light.push, light.quiet_polls)
    light.background_at = earliest(light.due).background_at


def renewal_of(light: Light, opened: datetime, inputs: Inputs) -> datetime:
    """Return when a channel opened then is replaced; each has an id of its own."""
    return renewal(opened, opened + inputs.channel_life, f"{light.id}:{opened.timestamp()}")
