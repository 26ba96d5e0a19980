"""Whose an event of a shared calendar is (A10). Pure: every connection comes to the same answer by itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from connector.domain.provider.items import Provenance


@dataclass(frozen=True)
class Sharer:
    """A connected account of a calendar. `addresses` are in lower case; `since`: when it first covered the calendar."""

    account_key: str
    addresses: frozenset[str]
    since: datetime
    owns_calendar: bool = False

    def was_there(self, moment: datetime | None) -> bool:
        """Whether the account covered the calendar at a moment; one that nobody knows is no difference."""
        return moment is None or self.since <= moment


@dataclass(frozen=True)
class CalendarSharing:
    """The accounts of one calendar as one of them sees it; `marked`: colleagues whose markers were seen in it."""

    own: Sharer
    colleagues: tuple[Sharer, ...] = ()
    marked: frozenset[str] = frozenset()

    def is_colleagues(self, provenance: Provenance) -> bool:
        """Whether an event is a colleague's alone."""
        marker = provenance.marker
        if marker is not None and marker.origin == "crm":
            if marker.account_key == self.own.account_key:
                return False
            if marker.account_key in self.marked:
                return True
        if provenance.hidden and self.colleagues:
            return True  # a colleague may see it whole, and then knows better whose it is
        return owner_of(provenance, (self.own, *self.colleagues)) != self.own


def owner_of(provenance: Provenance, sharers: Iterable[Sharer]) -> Sharer:
    """Return whose an event of calendar origin is, of the accounts (one at least) that are connected.

    Those that came after it was created have no part in it: else each who joins would take over what others sync.
    """
    everybody = tuple(sharers)
    there = [one for one in everybody if one.was_there(provenance.created)]
    if not there:
        return _longest(everybody)
    for address in provenance.people:
        if made := [one for one in there if address.casefold() in one.addresses]:
            return _longest(made)
    return _longest([one for one in there if one.owns_calendar] or there)


def _longest(sharers: Iterable[Sharer]) -> Sharer:
    return min(sharers, key=lambda one: (one.since, one.account_key))
