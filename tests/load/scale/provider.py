"""A provider as the simulation sees it: its quotas, and whether it answers at all."""

from collections import deque
from typing import Literal

from tests.load.scale.inputs import ProviderInputs
from tests.load.scale.population import Light

Outcome = Literal["ok", "refused", "down"]


class SimulatedProvider:
    """Admits calls within sliding minutes, for the whole project and for each account."""

    def __init__(self, inputs: ProviderInputs) -> None:
        self.inputs = inputs
        self.down = False
        self._seconds: deque[list[int]] = deque()
        self._in_minute = 0

    def call(self, account: Light, at: float) -> Outcome:
        """Answer one call. A refused call does not count against the quota."""
        if self.down:
            return "down"
        second = int(at)
        self._forget(second - 60)
        limit = self.inputs.per_minute
        if (limit is not None and self._in_minute >= limit) or self._too_many(account, second):
            return "refused"
        if not self._seconds or self._seconds[-1][0] != second:
            self._seconds.append([second, 0])
        self._seconds[-1][1] += 1
        self._in_minute += 1
        return "ok"

    def latency(self, calls: int) -> float:
        """Return how long so many calls take now, in seconds: while it is down, the first fails."""
        return self.inputs.time_out * (calls > 0) if self.down else self.inputs.latency * calls

    def _forget(self, before: int) -> None:
        while self._seconds and self._seconds[0][0] <= before:
            self._in_minute -= self._seconds.popleft()[1]

    def _too_many(self, account: Light, second: int) -> bool:
        minute = second // 60
        if account.minute != minute:
            account.minute, account.calls = minute, 0
        account.calls += 1
        return account.calls > self.inputs.per_account_minute
