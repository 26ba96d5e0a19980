"""What one read has found so far, over all of its pages: a pass in the words of H4. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connector.domain.change_detection.changes import Deletion, PageChanges
from connector.domain.change_detection.page_items import event_ids_of, series_ids_of, waits_for_last_page, without
from connector.domain.provider.items import Item, SeriesRead
from connector.domain.sync_state.documents import SeriesState


@dataclass
class ReadProgress:
    """Counts, ids and deletions of a read under way.

    `held`: items that wait for the last page. `rule_cut`, `unknown_deletion`: see `PageChanges`. `missing`: events
    that somebody asked for by their ids, that are gone, and that have no stored state; with the time of deletion.
    """

    published: int = 0
    found: int = 0
    seen: set[str] = field(default_factory=set)
    held: list[Item] = field(default_factory=list)
    deletions: dict[str, Deletion] = field(default_factory=dict)
    deleted_series: dict[str, SeriesState] = field(default_factory=dict)
    rule_cut: bool = False
    unknown_deletion: bool = False
    missing: dict[str, datetime | None] = field(default_factory=dict)

    @property
    def deletion_count(self) -> int:
        """Return the number of deletions of this pass (H4)."""
        return len(self.published_deletions) + len(self.missing)

    @property
    def published_deletions(self) -> list[Deletion]:
        """Return the deletions that are published: of a colleague's event nobody was told anything (A10)."""
        return [one for one in self.deletions.values() if one.state.colleagues is None]

    def hold(self, page: Sequence[Item]) -> list[Item]:
        """Keep the items of a page that wait for the last one; return the others."""
        self.held = without(self.held, event_ids_of(page)) + [item for item in page if waits_for_last_page(item)]
        return [item for item in page if not waits_for_last_page(item)]

    def without_deleted_series(self, items: Sequence[Item]) -> list[Item]:
        """Return the items without those of series that this read found deleted, unless their master is back."""
        revived = {item.event.event_id for item in items if isinstance(item, SeriesRead)}
        deleted = self.deleted_series.keys() - revived
        return [item for item in items if series_ids_of([item]).isdisjoint(deleted)]

    def unseen(self, event_ids: Collection[str]) -> list[str]:
        """Return those ids, sorted, that no item of this read was of."""
        return sorted(one for one in event_ids if one not in self.seen)

    def note_items(self, items: Sequence[Item]) -> None:
        """Note that these items were read."""
        self.found += len(items)
        self.seen |= event_ids_of(items) | series_ids_of(items)

    def note_changes(self, changes: PageChanges) -> None:
        """Note what is gone, for the end of the pass; what goes on, also under another id, is not gone."""
        self.published += sum(one.publish for one in changes.events)
        there = {one.event.event_id for one in changes.events} | {one.event_id for one in changes.replaced}
        for event_id in there & self.deletions.keys():
            del self.deletions[event_id]
        for series in changes.series:
            self.deleted_series.pop(series.series_id, None)
        for gone in changes.deletions:
            if gone.series_id or gone.state.event_id not in self.deletions:  # the first one knows when it went
                self.deletions[gone.state.event_id] = gone
        self.deleted_series |= {one.series_id: one for one in changes.deleted_series}
        self.rule_cut |= changes.rule_cut
        self.unknown_deletion |= changes.unknown_deletion
