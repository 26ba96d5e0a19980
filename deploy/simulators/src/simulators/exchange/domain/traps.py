"""What a real Exchange Server does to its clients (providers/ews.md 3.5 and 3.6): now and then, and always."""

from simulators.exchange.domain.events.traps import ITEM_TRAPS
from simulators.frame.domain.traps import Table, Trap, table

TRAPS: Table = table(
    (
        *ITEM_TRAPS,
        Trap("fault.timeout_before", 6, "No answer, nothing was done.", {"seconds": 0.0}),
        Trap("fault.timeout_after_applied", 6, "No answer, but it was done.", {"seconds": 0.0}),
        Trap("fault.html_200", 6, "A page of HTML with status 200.", drawn=False),
    )
)
