"""The simulator's settings, each with its reason."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class MicrosoftSettings(BaseModel):
    """How one simulator runs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Clients and their secrets; empty means any client with any secret.
    clients: dict[str, str] = {}
    #: Parallel calls per client and mailbox; the next is 429 (Outlook's service limit).
    parallel_calls: int = 4
    #: Calls per client and mailbox in ten minutes (Outlook's service limit); None counts none.
    calls_in_ten_minutes: int | None = 10_000
    #: The Graph v1.0 metadata (CSDL, may be gzipped): every answer is then checked against it.
    metadata: Path | None = None
    #: Where the state outlives a restart; None keeps it in memory alone.
    state: Path | None = None
    #: A JSON-lines file of every request.
    journal: Path | None = None
    #: A file with seconds by which the clock is shifted, as every service has.
    clock_file: Path | None = None
    #: Ids and tokens are drawn from this seed in tests; None draws them from the system.
    seed: int | None = None
