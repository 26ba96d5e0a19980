"""Which week of whom a page shows, as its address says it; what makes no sense there is left out, not refused."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, Self, cast, get_args
from urllib.parse import urlencode

from fastapi import Request

View = Literal["week", "list"]
_LONGEST_ID = 255


@dataclass(frozen=True)
class PageQuery:
    """The day that the week holds (None: today), how it is shown, and whose it is (None: the reader's)."""

    home: str
    day: date | None = None
    view: View = "week"
    owner: str | None = None

    @classmethod
    def of(cls, request: Request, home: str) -> Self:
        """Return what a request asks for."""
        given = request.query_params
        view = given.get("view")
        owner = given.get("owner")
        return cls(
            home=home,
            day=_day(given.get("date")),
            view=cast("View", view) if view in get_args(View) else "week",
            owner=owner if owner and len(owner) <= _LONGEST_ID else None,
        )

    def address(self, path: str = "", **more: str) -> str:
        """Return the address of the page, or of one below it, that shows the same."""
        own = {
            "date": self.day.isoformat() if self.day else None,
            "view": self.view if self.view != "week" else None,
            "owner": self.owner,
        }
        said = {name: value for name, value in {**own, **more}.items() if value}
        return f"{self.home}{path}" + (f"?{urlencode(said)}" if said else "")

    def on(self, day: date | None) -> Self:
        """Return the same for another week."""
        return replace(self, day=day)

    def seen_as(self, view: View) -> Self:
        """Return the same shown in another way."""
        return replace(self, view=view)

    def by(self, owner: str | None) -> Self:
        """Return the same of another owner."""
        return replace(self, owner=owner)


def _day(text: str | None) -> date | None:
    """Return a date that a week fits around."""
    try:
        day = date.fromisoformat(text or "")
        _ = day - timedelta(days=31), day + timedelta(days=31)
    except (ValueError, OverflowError):
        return None
    return day
