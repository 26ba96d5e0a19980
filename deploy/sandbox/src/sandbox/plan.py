"""What the sandbox will start and with which settings: decided before anything runs, from values alone.

A `TANDEM_*` variable of the environment wins over the sandbox's own value, and the part whose address is given
that way is not started. `KAFKA` says which broker is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sandbox.ports import Ports
from sandbox.simulated import SIMULATED

SERVICES = ("connector", "mapper", "activity-store")
_PREFIX = "TANDEM_"
_PER_PROCESS = "TANDEM_PORT"
"""Differs from service to service, so one value for all cannot be right."""


class CannotStartError(RuntimeError):
    """Something outside the sandbox has to change first; the message says what."""


class Broker(StrEnum):
    """Which broker the services talk to."""

    EMBEDDED = "embedded"
    """Tansu: needs nothing, is there at once, and forgets everything when it ends."""
    APACHE = "apache"
    """Apache Kafka: keeps everything."""
    OUTSIDE = "outside"
    """One that is not ours to start."""


@dataclass(frozen=True)
class Plan:
    """Everything `sandbox.system` needs to know."""

    ports: Ports
    folder: Path
    settings: Mapping[str, str]
    broker: Broker
    starts_mongo: bool
    simulators: tuple[str, ...]
    """The providers that are simulated."""
    starts_page: bool = True
    """Whether the start page runs: nothing else needs it, so a taken port is no reason not to start."""

    @property
    def listeners(self) -> dict[str, int]:
        """Return the ports that must be free, by the name of the part that wants them."""
        wanted = {name: getattr(self.ports, name.replace("-", "_")) for name in SERVICES}
        optional = {
            "start": self.starts_page,
            **dict.fromkeys(self.simulators, True),
            "kafka": self.broker is not Broker.OUTSIDE,
            "mongo": self.starts_mongo,
            "kafka_controller": self.broker is Broker.APACHE,
        }
        return wanted | {name: getattr(self.ports, name) for name, started in optional.items() if started}

    @property
    def addresses(self) -> dict[str, str]:
        """Return the simulators' addresses, under the names that outside tests read."""
        return {SIMULATED[name].address: _url(getattr(self.ports, name)) for name in self.simulators}


def make_plan(ports: Ports, folder: Path, keys: Mapping[str, str], environ: Mapping[str, str]) -> Plan:
    """Decide from the environment what is ours to start, and put the services' settings together.

    Raises `CannotStartError` where `KAFKA` names no broker.
    """
    outside = {
        name: value for name, value in environ.items() if name.startswith(_PREFIX) and value and name != _PER_PROCESS
    }
    broker = _broker(outside, environ)
    mongo = "TANDEM_MONGO_URL" not in outside
    simulators = tuple(name for name, one in SIMULATED.items() if one.decisive not in outside)
    own = {
        **_always(ports, folder),
        **{name: value for name, value in keys.items() if not _replaced(name, outside)},
        **_kafka(broker, ports.kafka),
        **({"TANDEM_MONGO_URL": f"mongodb://127.0.0.1:{ports.mongo}"} if mongo else {}),
        **_simulated(ports, simulators),
    }
    return Plan(ports, folder, {**own, **outside}, broker=broker, starts_mongo=mongo, simulators=simulators)


def _broker(outside: Mapping[str, str], environ: Mapping[str, str]) -> Broker:
    if f"{_PREFIX}KAFKA_BOOTSTRAP" in outside:
        return Broker.OUTSIDE
    asked = environ.get("KAFKA") or Broker.EMBEDDED
    if asked not in {Broker.EMBEDDED, Broker.APACHE}:
        raise CannotStartError(f"KAFKA={asked} is none of {Broker.EMBEDDED}, {Broker.APACHE}")
    return Broker(asked)


def _always(ports: Ports, folder: Path) -> dict[str, str]:
    return {
        "TANDEM_SIGN_IN_URL": f"{_url(ports.start)}/start",
        "TANDEM_FRAME_ANCESTOR": _url(ports.start),
        "TANDEM_PUBLIC_URL": _url(ports.connector),
        "TANDEM_CONNECTOR_URL": _url(ports.connector),
        "TANDEM_MAPPER_URL": _url(ports.mapper),
        "TANDEM_ACTIVITY_STORE_URL": _url(ports.activity_store),
        "TANDEM_CLOCK_FILE": str(folder / "clock"),
        "TANDEM_LOG_LEVEL": "INFO",
        "TANDEM_POLL_SECONDS": "15",
        "TANDEM_POLL_LONGEST_SECONDS": "60",
        **{name: value for one in SIMULATED.values() for name, value in one.clients.items()},
    }


def _replaced(name: str, outside: Mapping[str, str]) -> bool:
    return name == "TANDEM_JWT_SECRET" and "TANDEM_JWKS_URL" in outside


def _kafka(broker: Broker, port: int) -> dict[str, str]:
    address = {"TANDEM_KAFKA_BOOTSTRAP": f"127.0.0.1:{port}"}
    limits = {
        "TANDEM_KAFKA_FETCH_MAX_WAIT_MS": "1",
        "TANDEM_KAFKA_FETCH_PAUSE_MS": "25",
        "TANDEM_KAFKA_IDLE_FETCH_PAUSE_MS": "200",
        "TANDEM_KAFKA_SESSION_TIMEOUT_MS": "2000",
    }
    return {Broker.EMBEDDED: address | limits, Broker.APACHE: address, Broker.OUTSIDE: {}}[broker]


def _simulated(ports: Ports, simulators: Sequence[str]) -> dict[str, str]:
    found = [SIMULATED[name].settings_at(_url(getattr(ports, name))) for name in simulators]
    return {name: value for settings in found for name, value in settings.items()}


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}"
