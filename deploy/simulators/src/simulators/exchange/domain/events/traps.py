"""The traps of items: what Exchange keeps and shows otherwise than a client expects (providers/ews.md 3.4 to 3.6)."""

from simulators.frame.domain.traps import Trap

ITEM_TRAPS = (
    Trap("item.gone", 4, "GetItem: the first item is gone meanwhile; it is not, so only by hand.", drawn=False),
    Trap("item.corrupt", 4, "GetItem: an item cannot be read: ErrorCorruptData.", drawn=False),
    Trap("item.saved_again", 7, "An item just written gets a new change key by itself, at once."),
    Trap("fault.conflict", 7, "NeverOverwrite fails although the change key is right."),
    Trap("zone.odd_name", 9, "Zones are named as only Exchange does.", {"name": "tzone://Microsoft/Custom"}),
    Trap("series.plain_dates", 9, "A series' dates come without a zone."),
    Trap("series.weekday_words", 9, "A weekly rule says `Weekday` or `Day` for its days."),
    Trap("mailbox.never_opened", 9, "A mailbox has no working hours, and so no zone.", drawn=False),
    Trap("event.no_data", 9, "A LegacyFreeBusyStatus of `NoData`.", drawn=False),
)
