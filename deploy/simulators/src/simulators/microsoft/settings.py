"""The settings that only Microsoft's simulator has, each with its reason."""

from pathlib import Path

from simulators.frame.settings import SimulatorSettings


class MicrosoftSettings(SimulatorSettings):
    """How one simulator runs."""

    #: Parallel calls per client and mailbox; the next is 429 (Outlook's service limit).
    parallel_calls: int = 4
    #: Calls per client and mailbox in ten minutes (Outlook's service limit); None counts none.
    calls_in_ten_minutes: int | None = 10_000
    #: The Graph v1.0 metadata (CSDL, may be gzipped): every answer is then checked against it.
    metadata: Path | None = None
