"""A figure of ours beside the floor's, and beside an earlier build's."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One line of the table. `floor` and `before` (the baseline's) are None where there is nothing to compare with."""

    row: str
    what: str
    unit: str
    ours: float
    floor: float | None = None
    goal: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    before: float | None = None

    @property
    def change(self) -> float | None:
        """Ours in the baseline's."""
        return self.ours / self.before if self.before else None

    @property
    def ratio(self) -> float | None:
        """Ours in floors."""
        return self.ours / self.floor if self.floor else None

    def as_json(self) -> dict[str, Any]:
        """Return the line as the JSON file keeps it."""
        names = ("row", "what", "unit", "ours", "floor", "before", "goal", "detail")
        own = {name: getattr(self, name) for name in names}
        return own | {"ratio": _rounded(self.ratio), "change": _rounded(self.change)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
