"""What is left out of a calendar file, and why."""

from dataclasses import dataclass


class UnusableEventError(ValueError):
    """An event that no calendar could hold as the file means it; the message says why."""


@dataclass(frozen=True)
class Refused:
    """An event of a file that is not put in, and why."""

    title: str
    reason: str
