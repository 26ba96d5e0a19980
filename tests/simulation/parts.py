"""How each part of the system is made for a run: by its own composition root, on the run's collaborators."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from fastapi import FastAPI

import activity_store.app
import connector.app
import mapper.app
from activity_store.settings import Settings as StoreSettings
from chassis.settings import ChassisSettings
from connector.settings import ConnectorSettings
from mapper.settings import MapperSettings
from simulators.exchange import ExchangeSettings, make_exchange_simulator
from simulators.google import make_google_simulator
from simulators.google.settings import GoogleSettings
from simulators.microsoft import make_microsoft_simulator
from simulators.microsoft.settings import MicrosoftSettings
from tests.simulation.broker import MemoryBroker, MemoryReader
from tests.simulation.clock import VirtualClock
from tests.simulation.cluster import Cluster
from tests.simulation.database import DatabaseServer, MemoryDatabase
from tests.simulation.network import Network, Wire
from tests.simulation.threads import TurnTakingThreads, ask
from tests.support.exchange import reach
from tests.support.exchange_schemas import JUDGE

S = TypeVar("S", bound=ChassisSettings)


@dataclass(frozen=True)
class Surroundings:
    """What a run's parts stand on."""

    seed: int
    settings: Mapping[str, str]
    clock: VirtualClock
    cluster: Cluster
    database: DatabaseServer
    network: Network

    def settings_of(self, cls: type[S], *, republish: bool) -> S:
        """Return a service's settings, as its environment would give them."""
        given = {name.removeprefix("TANDEM_").lower(): value for name, value in self.settings.items()}
        return cls(**given, republish_on_start=republish)  # type: ignore[arg-type]


def make_connector(here: Surroundings, *, republish: bool) -> FastAPI:
    """Return the connector."""
    settings = here.settings_of(ConnectorSettings, republish=republish)
    return connector.app.make_app(
        settings,
        clock=here.clock,
        broker=MemoryBroker(here.cluster),
        database=MemoryDatabase(here.database, "connector"),
        transport=Wire(here.network),
        reach=reach(TurnTakingThreads(Wire(here.network)), ask, settings.exchange_hosts),
    )


def make_mapper(here: Surroundings, *, republish: bool) -> FastAPI:
    """Return the mapper."""
    return mapper.app.make_app(
        here.settings_of(MapperSettings, republish=republish),
        clock=here.clock,
        broker=MemoryBroker(here.cluster),
        reader=lambda topic: MemoryReader(here.cluster, topic),
        database=MemoryDatabase(here.database, "mapper"),
    )


def make_activity_store(here: Surroundings, *, republish: bool) -> FastAPI:
    """Return the activity store."""
    return activity_store.app.make_app(
        here.settings_of(StoreSettings, republish=republish),
        clock=here.clock,
        broker=MemoryBroker(here.cluster),
        database=MemoryDatabase(here.database, "activity-store"),
    )


def make_google(here: Surroundings) -> FastAPI:
    """Return Google's simulator."""
    return make_google_simulator(GoogleSettings(seed=here.seed), clock=here.clock, transport=Wire(here.network))


def make_microsoft(here: Surroundings) -> FastAPI:
    """Return Microsoft's simulator."""
    return make_microsoft_simulator(MicrosoftSettings(seed=here.seed), clock=here.clock, transport=Wire(here.network))


def make_exchange(here: Surroundings) -> FastAPI:
    """Return the Exchange Server's simulator."""
    settings = ExchangeSettings(seed=here.seed, schemas=JUDGE)
    return make_exchange_simulator(settings, clock=here.clock, transport=Wire(here.network))


SERVICES: Mapping[str, Callable[..., FastAPI]] = {
    "connector": make_connector,
    "mapper": make_mapper,
    "activity-store": make_activity_store,
}
SIMULATORS: Mapping[str, Callable[[Surroundings], FastAPI]] = {
    "google": make_google,
    "microsoft": make_microsoft,
    "exchange": make_exchange,
}
