"""The states of a link, and the reasons that it can have for its state. Both are closed lists."""

from typing import Final, Literal

from contracts.links import LinkState as PublishedLinkState

LinkState = Literal["unlinked"] | PublishedLinkState
"""`unlinked`: an item that was looked at and has no counterpart; not shown as a link."""

LINKED_STATES: Final = frozenset({"active", "dormant", "frozen", "closed"})
"""What is `pending` or `quarantined` has no past: it is decided anew."""

SkipReason = Literal[
    "one_way", "backfill", "special_kind", "declined", "private_skipped", "past", "undated", "filtered"
]
"""Why an item is not synced (B2, D1, D3, D4, D7, G2, C1)."""

RemovalReason = Literal["deleted", "undated", "filtered", "calendar_changed", "not_owner", "stopped"]
"""Why the sync removes one side; the link closes for it (H1, D4, C5, A9, A8, K1)."""

WaitReason = Literal["needs_confirmation", "access_lost", "dormant_one_way", "outbound_filtered", "would_mail_guests"]
"""Why a link waits (H4, H2, B3, C6, I2)."""

CloseReason = SkipReason | RemovalReason | Literal["kept", "not_organiser", "left"]
"""Why a link is closed, or an item unlinked (D8)."""

Reason = CloseReason | WaitReason
"""Why a link is in its state. A quarantined one has the words of the service that refused its command instead."""

FINAL_REASONS: Final = frozenset({"kept", "not_organiser"})
"""A link that closed for one of these is never reopened (D8)."""
