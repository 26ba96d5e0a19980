"""The settings that every simulator has, each with its reason."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class SimulatorSettings(BaseModel):
    """How one simulator runs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Clients and their secrets; empty means any client with any secret.
    clients: dict[str, str] = {}
    #: Where the state outlives a restart; None keeps it in memory alone.
    state: Path | None = None
    #: A JSON-lines file of every request.
    journal: Path | None = None
    #: A file with seconds by which the clock is shifted; None: the system clock.
    clock_file: Path | None = None
    #: Ids and tokens are drawn from this seed in tests; None draws them from the system.
    seed: int | None = None
