"""What a real Exchange Server does to its clients (providers/ews.md 3.5 and 3.6): now and then, and always.

The numbers are those of 3.5.
"""

from simulators.exchange.domain.events.traps import ITEM_TRAPS
from simulators.frame.domain.traps import Table, Trap, table

TRAPS: Table = table(
    (
        *ITEM_TRAPS,
        Trap("push.more_events", 1, "A notification brings half of the events and says MoreEvents."),
        Trap("push.stranger", 1, "A call holds a notification of a subscription nobody knows as well."),
        Trap("push.error", 1, "A call says ErrorMissedNotificationEvents.", drawn=False),
        Trap("push.lost", 2, "An event is never told."),
        Trap("push.late", 2, "An event is told late.", {"seconds": 5.0}),
        Trap("push.before_visible", 2, "SyncFolderItems does not show the changes yet."),
        Trap("subscription.ends_silently", 2, "A subscription is gone without notice.", drawn=False),
        Trap("subscription.refused", 2, "Subscribing is refused: ErrorInvalidPushSubscriptionUrl.", drawn=False),
        Trap("push.duplicate_modified", 4, "A change is told by more ModifiedEvents.", {"times": 2}),
        Trap("push.ghost", 4, "An event of an item that is gone comes as well."),
        Trap("sync.half_page", 5, "A page is shorter than asked for, and not the last one."),
        Trap("sync.repeat_page", 5, "A page comes twice."),
        Trap("sync.created_and_deleted", 5, "What came and went between two rounds is both Create and Delete."),
        Trap("sync.read_flag_changes", 5, "ReadFlagChange for every change."),
        Trap("sync.invalid_state", 5, "A SyncState is refused: ErrorInvalidSyncStateData."),
        Trap("fault.busy", 6, "ErrorServerBusy as a SOAP fault, with BackOffMilliseconds.", {"milliseconds": 2000}),
        Trap("fault.busy_200", 6, "ErrorServerBusy for every part, in an answer of HTTP 200.", {"milliseconds": 2000}),
        Trap("fault.transient", 6, "A transient error as a SOAP fault.", {"code": "ErrorInternalServerTransientError"}),
        Trap("fault.5xx", 6, "The front end fails, without SOAP.", {"status": 503, "retry_after": 5}),
        Trap("fault.429", 6, "429 of a proxy in front of the server.", {"retry_after": 5}),
        Trap("fault.401", 6, "401 although the password is right.", drawn=False),
        Trap("fault.timeout_before", 6, "No answer, nothing was done.", {"seconds": 0.0}),
        Trap("fault.timeout_after_applied", 6, "No answer, but it was done.", {"seconds": 0.0}),
        Trap("fault.html_200", 6, "A page of HTML with status 200.", drawn=False),
        Trap("fault.mailbox", 6, "The mailbox refuses everything.", {"code": "ErrorNonExistentMailbox"}, drawn=False),
        Trap("fault.quota", 6, "Creating is refused: ErrorQuotaExceeded.", drawn=False),
        Trap("answer.no_version", 8, "The answer says no ServerVersionInfo."),
        Trap("autodiscover.moved", 12, "The mailbox is in Exchange Online now.", drawn=False),
        Trap("autodiscover.redirect_address", 12, "Another address is to be asked for.", {"to": ""}, drawn=False),
        Trap(
            "autodiscover.redirect_url", 12, "Another address of the service is to be asked.", {"to": ""}, drawn=False
        ),
        Trap("autodiscover.no_svc", 12, "There is no Autodiscover by SOAP.", drawn=False),
        Trap("autodiscover.no_xml", 12, "There is no Autodiscover by plain XML.", drawn=False),
    )
)

ALWAYS: dict[int, tuple[str, ...]] = {
    1: ("The first notification is a StatusEvent, and one comes each StatusFrequency; all that waits is one call.",),
    2: (
        "A call without OK is repeated at once, after 30 s, then doubling, until StatusFrequency; a restart loses all.",
    ),
    3: ("Only HTTP 200 with the SOAP body is an answer; Unsubscribe ends the subscription.",),
    4: ("The client's own writes are told as well.",),
    5: ("Nothing changed: the same SyncState; what happens to an occurrence is an Update of its master.",),
    6: (
        "Basic and NTLM, whose legs are bound to the connection; a changed password is 401 on every connection.",
        "Ten wrong passwords in a row lock the account.",
    ),
    7: ("A conflict is only told with NeverOverwrite; Exchange moves the change key two seconds after creation.",),
    8: ("Every request is judged by the schema; paths are compared without case.",),
    9: ("Zones are Windows ids, ErrorTimeZone for unknown ones; all-day is midnight to midnight of the zone.",),
    10: ("Moving an item to another folder is a Delete here and a Create there, with another id.",),
    11: ("The end of an all-day item is the midnight after its last day.",),
}
"""What is no mishap but how Exchange works, by the number of the trap: nothing switches it off."""
