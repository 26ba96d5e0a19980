"""The settings that only the Exchange simulator has, each with its reason."""

from pathlib import Path

from simulators.frame.settings import SimulatorSettings


class ExchangeSettings(SimulatorSettings):
    """How one simulator runs."""

    #: Microsoft's EWS schemas (the file that includes them all): every request and answer is then checked by them.
    schemas: Path | None = None
