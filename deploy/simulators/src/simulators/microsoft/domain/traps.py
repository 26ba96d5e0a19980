"""What the real Graph does to its clients (providers/graph.md 2.7): what comes now and then, and what always holds."""

from simulators.frame.domain.traps import Table, Trap, table

TRAPS: Table = table(
    (
        Trap("validation.again", 1, "The validation is asked a second time, later."),
        Trap("push.mixed", 2, "A notification waits for the next to the same address and comes in one batch."),
        Trap("push.stranger", 2, "A batch holds a notification of a subscription nobody knows as well."),
        Trap("push.wrong_state", 2, "A batch holds a notification with another clientState as well."),
        Trap("push.lost", 3, "A notification is never sent; `missed` may say so.", {"missed": False}),
        Trap("push.duplicate", 3, "A notification is sent twice."),
        Trap("push.many", 3, "A change brings more notifications, all `updated`.", {"times": 3}),
        Trap("push.reorder", 3, "A notification waits until the next one was sent."),
        Trap("push.late", 3, "A notification is sent late.", {"seconds": 5.0}),
        Trap("lifecycle.reauthorization", 5, "Nothing more comes until the subscription is reauthorised or renewed."),
        Trap("lifecycle.removed", 5, "The subscription is gone, and that is said.", {"times": 2}),
        Trap("lifecycle.missed", 5, "`missed` comes though nothing was lost."),
        Trap("subscription.cut_expiration", 6, "The subscription lives shorter than asked.", {"seconds": 3600}),
        Trap("subscription.ends_silently", 6, "A subscription is gone without notice.", drawn=False),
        Trap("subscription.refused", 6, "Watching is refused: ExtensionError.", drawn=False),
        Trap("subscription.unreachable", 6, "Creating fails: The underlying connection was closed."),
        Trap("delta.with_master", 7, "calendarView/delta shows the series' master as well."),
        Trap("delta.sparse_events", 7, "events/delta shows id, type, start and end only, and no exceptions."),
        Trap("delta.occurrences_removed", 7, "A deleted series is told occurrence by occurrence as well."),
        Trap("delta.repeat_row", 7, "A row comes on two pages."),
        Trap("delta.empty_page", 7, "An empty page with a link to the next."),
        Trap("push.before_visible", 7, "A delta does not show the changes yet."),
        Trap("delta.410_first", 7, "A delta token is refused: 410 with Location."),
        Trap("delta.410_between_pages", 7, "A later page is refused: 410 with Location."),
        Trap("delta.503_between_pages", 7, "A later page fails with 503."),
        Trap("etag.bump_at_once", 10, "An event just written gets a new change key by itself, at once."),
        Trap("fault.412", 10, "The precondition fails although the change key is right."),
        Trap("fault.412_without_if_match", 10, "A write fails with 412 although it had no If-Match."),
        Trap("delete.ignores_if_match", 10, "A deletion does not look at If-Match."),
        Trap(
            "zone.odd_name", 11, "Original zones are named as only Exchange does.", {"name": "tzone://Microsoft/Custom"}
        ),
        Trap("fault.timeout_before", 12, "No answer, nothing was done.", {"seconds": 0.0}),
        Trap("fault.timeout_after_applied", 12, "No answer, but it was done.", {"seconds": 0.0}),
        Trap("fault.429", 14, "429 ApplicationThrottled, with Retry-After or without.", {"retry_after": 5}),
        Trap("fault.5xx", 14, "The backend fails.", {"status": 503, "retry_after": None}),
        Trap("fault.401", 14, "401 although the token is good."),
        Trap("fault.403", 14, "403 ErrorAccessDenied, once.", drawn=False),
        Trap("fault.404", 14, "404 ErrorItemNotFound, once: as just after a notification.", drawn=False),
        Trap("fault.html_200", 14, "A page of HTML with status 200.", drawn=False),
        Trap("token.expired_mid_page", 14, "The access token expires before a later page."),
        Trap("oauth.invalid_grant", 14, "A refresh is refused for good.", {"code": 50173}, drawn=False),
        Trap("oauth.interaction_required", 14, "A refresh asks for the person.", {"code": 50076}, drawn=False),
        Trap("oauth.5xx", 14, "The token endpoint fails.", {"status": 503}),
        Trap("event.unknown_enum", 16, "A showAs of `unknown`.", drawn=False),
    )
)

ALWAYS: dict[int, tuple[str, ...]] = {
    1: ("Both addresses are asked while the create call is open; a wrong echo is 400 and no subscription.",),
    4: ("An answer after three seconds counts as none; an address that is often slow is slowed, then dropped.",),
    5: ("Personal accounts get no lifecycle notifications.",),
    6: ("Expiry comes without notice; renewing what is gone is 404, the same again 409, the shortest 45 minutes.",),
    7: ("Occurrences are bare, a cancelled one leaves no trace, what left the window is `@removed`.",),
    8: ("`Prefer` holds for one call: without it ids are the default ones and times UTC.",),
    9: ("The default id changes with the calendar, the immutable one does not.",),
    10: ("Exchange moves the change key two seconds after creation; HTML is rewritten, series are whole minutes.",),
    11: ("All-day events are midnight to midnight in one zone, and are read without being shifted.",),
    12: ("The same transactionId brings the same event; without one a repeated POST makes two.",),
    13: ("Extended properties are shown only where `$expand` names them.",),
    14: ("More than four calls at once per mailbox are 429; refresh tokens rotate.",),
    15: ("`delta`, `delta()` and `microsoft.graph.delta()`, `/me` and `/users/{id}`, `$` and `%24` are the same.",),
    16: ("A guest changes his own copy only; a cancelled meeting stays until it is removed.",),
}
"""What is no mishap but how Graph works, by the number of the trap: nothing switches it off."""
