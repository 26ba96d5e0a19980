"""Errors, sorted by what the caller should do about them.

    TandemError
    ├── Transient      try again later, in place: a database, the broker or a provider is away or busy
    │   └── NeedsOperator   the same, but it will not pass by itself: a right or a setting of ours is wrong
    ├── Rejected       can never succeed: dead-letter or quarantine it, with the reason
    ├── NeedsUser      only the user can repair it: becomes the status of the connection
    └── ResyncNeeded   what we know is outdated beyond repair: read everything anew and merge

Foreign exceptions are turned into these once, at the edge where they arise. `code` is a stable slug for programs,
`detail` a sentence for people; neither ever holds a secret.
"""


class TandemError(Exception):
    """Root of the tree; never raised itself."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class Transient(TandemError):  # noqa: N818 - named for what to do about it
    """Will work later. `retry_after` is the number of seconds the other side asked us to wait, where it did."""

    def __init__(self, code: str, detail: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(code, detail)
        self.retry_after = retry_after


class NeedsOperator(Transient):
    """Will work when an operator has acted (a right at the broker, a setting). Nothing is thrown away meanwhile."""


class Rejected(TandemError):  # noqa: N818 - named for what to do about it
    """Can never succeed, however often it is tried."""


class NeedsUser(TandemError):  # noqa: N818 - named for what to do about it
    """The user must act (reconnect, choose another calendar, ...) before this can succeed."""


class ResyncNeeded(TandemError):  # noqa: N818 - named for what to do about it
    """The incremental state is lost (an expired sync token, say): read everything anew and merge."""
