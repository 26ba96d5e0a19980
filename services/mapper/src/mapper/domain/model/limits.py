"""How much one pass may delete without asking (H4)."""

from typing import Final

from contracts.calendar_events import Pass

MOST_ITEMS: Final = 20
_MOST_SHARE: Final = 5
"""As a divisor: one fifth, 20 %, of a connection's links."""


def is_large(sync_pass: Pass) -> bool:
    """Tell whether a pass may be over the limit: its deletions wait until all have come."""
    return sync_pass.deletions > MOST_ITEMS


def over_limit(deletions: int, links: int) -> bool:
    """Tell whether deleting so many items of so many links takes the user's confirmation (H4)."""
    return deletions > MOST_ITEMS and deletions * _MOST_SHARE > links
