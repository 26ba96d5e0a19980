"""A sandbox that says all it can: logs at the finest level, and traces to a collector where there is one."""

from dataclasses import dataclass

from tests.support.collector import Collector
from tests.support.sandboxes import Sandbox


@dataclass(frozen=True)
class Observed:
    """The running sandbox, and the collector of its traces."""

    sandbox: Sandbox
    collector: Collector | None

    def traces(self) -> str:
        """Return all that was exported."""
        return self.collector.file.read_text() if self.collector and self.collector.file.exists() else ""
