"""What the real Google does to its clients now and then, by name, and when it strikes.

A trap is armed for the next k calls, or drawn by a seeded random mode.
"""

from dataclasses import dataclass, field
from fnmatch import fnmatch
from random import Random
from typing import Any

Parameters = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trap:
    """One trap: `number` is its place in the list of known traps (providers' facts, 1.7).

    `drawn`: the random mode may choose it (else it only strikes when armed, because nothing
    but a person heals what it does).
    """

    id: str
    number: int
    meaning: str
    defaults: Parameters = field(default_factory=dict)
    drawn: bool = True


_ALL = (
    Trap("push.lost", 3, "A notification is never sent."),
    Trap("push.duplicate", 3, "A notification is sent twice."),
    Trap("push.reorder", 3, "A notification waits until the next one was sent."),
    Trap("push.late", 3, "A notification is sent late.", {"seconds": 5.0}),
    Trap("push.coalesce", 4, "One notification stands for this change and the next."),
    Trap("push.many", 4, "One change brings several notifications.", {"times": 3}),
    Trap("push.stranger", 2, "A notification of a channel nobody knows comes as well."),
    Trap("push.wrong_token", 2, "A notification carries another token.", drawn=False),
    Trap("push.before_visible", 4, "A list by sync token does not show the changes yet."),
    Trap("push.sync_before_answer", 1, "The sync message comes before the watch answer."),
    Trap("channel.linger", 2, "A stopped channel delivers once more."),
    Trap("channel.expire_silently", 6, "A channel is dead without notice.", drawn=False),
    Trap("channel.cut_expiration", 6, "The channel lives shorter than asked.", {"seconds": 3600}),
    Trap("watch.refused", 6, "Watching is refused for this calendar.", drawn=False),
    Trap("etag.bump_without_change", 5, "An event just written gets a new etag by itself."),
    Trap("list.410_first", 8, "A sync token is refused on the first page."),
    Trap("list.410_between_pages", 8, "A later page is refused with 410."),
    Trap("list.empty_page", 8, "An empty page with a next page token."),
    Trap("list.no_token", 8, "The last page comes without a sync token.", drawn=False),
    Trap("list.repeat_row", 8, "An item comes on two pages."),
    Trap("list.exception_first", 9, "Exceptions come before their series."),
    Trap("tombstone.sparse", 9, "A deleted event is only id and status."),
    Trap("tombstone.stranger", 9, "A tombstone of an event nobody ever saw."),
    Trap("fault.409_conflict", 10, "A concurrent change: 409 conflict."),
    Trap("fault.412", 10, "The precondition fails although the etag is right."),
    Trap("fault.404", 10, "Not found, once.", drawn=False),
    Trap("write.trims_text", 12, "Texts lose trailing blanks and CRLF."),
    Trap("token.expired_mid_page", 13, "The access token expires before a later page."),
    Trap("fault.401", 13, "401 although the token is good."),
    Trap("fault.403_rate", 13, "403 rateLimitExceeded."),
    Trap("fault.403_quota", 13, "403 quotaExceeded: Calendar usage limits exceeded."),
    Trap("fault.403_forbidden", 13, "403 forbidden: not a rate limit.", drawn=False),
    Trap("fault.429", 13, "429 rateLimitExceeded.", {"retry_after": None}),
    Trap("fault.5xx", 13, "The backend fails.", {"status": 503}),
    Trap("fault.timeout_before", 13, "No answer, nothing was done.", {"seconds": 0.0}),
    Trap("fault.timeout_after_applied", 13, "No answer, but it was done.", {"seconds": 0.0}),
    Trap("fault.html_200", 13, "A page of HTML with status 200.", drawn=False),
    Trap("oauth.invalid_grant", 13, "A refresh is refused for good.", drawn=False),
    Trap("oauth.5xx", 13, "The token endpoint fails.", {"status": 503}),
    Trap("event.details_missing", 15, "Events come as busy blocks.", drawn=False),
    Trap("event.unknown_enum", 15, "An eventType that nobody knows.", drawn=False),
)
TRAPS: dict[str, Trap] = {trap.id: trap for trap in _ALL}


@dataclass(slots=True)
class Armed:
    """A trap set by hand: for `count` strikes (None: until taken off) of matching operations."""

    trap: str
    count: int | None = 1
    operation: str = "*"
    account: str = "*"
    parameters: Parameters = field(default_factory=dict)


@dataclass(slots=True)
class TrapBox:
    """Which traps strike. The random mode draws each with probability `rate`."""

    armed: list[Armed] = field(default_factory=list)
    rate: float = 0.0
    rng: Random = field(default_factory=Random)
    only: tuple[str, ...] = ()
    struck: dict[str, int] = field(default_factory=dict)

    def randomise(self, seed: int, rate: float, only: tuple[str, ...] = ()) -> None:
        """Start the random mode anew (rate 0 ends it); `only` narrows it by patterns."""
        self.rng, self.rate, self.only = Random(seed), rate, only

    def take(self, trap_id: str, operation: str = "", account: str = "") -> Parameters | None:
        """The trap's parameters if it strikes now, else None."""
        trap = TRAPS[trap_id]
        for armed in self.armed:
            fits = fnmatch(operation, armed.operation) and fnmatch(account, armed.account)
            if armed.trap == trap_id and fits:
                self._used(armed)
                return self._strike(trap, armed.parameters)
        if trap.drawn and self._may_draw(trap_id) and self.rng.random() < self.rate:
            return self._strike(trap, {})
        return None

    def _may_draw(self, trap_id: str) -> bool:
        if self.rate <= 0:
            return False
        return not self.only or any(fnmatch(trap_id, one) for one in self.only)

    def _used(self, armed: Armed) -> None:
        if armed.count is None:
            return
        armed.count -= 1
        if armed.count <= 0:
            self.armed.remove(armed)

    def _strike(self, trap: Trap, parameters: Parameters) -> Parameters:
        self.struck[trap.id] = self.struck.get(trap.id, 0) + 1
        return trap.defaults | parameters
