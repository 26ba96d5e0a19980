"""A figure of ours beside the floor's."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One line of the table. `floor` is None where there is nothing to compare with."""

    row: str
    what: str
    unit: str
    ours: float
    floor: float | None = None
    goal: str = ""
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """Ours in floors."""
        return self.ours / self.floor if self.floor else None

    def as_json(self) -> dict[str, Any]:
        """Return the line as the JSON file keeps it."""
        ratio = None if self.ratio is None else round(self.ratio, 3)
        own = {name: getattr(self, name) for name in ("row", "what", "unit", "ours", "floor", "goal", "detail")}
        return own | {"ratio": ratio}
