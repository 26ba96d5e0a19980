"""What all providers' answers have in common: how long to wait, and words of theirs as slugs of ours."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime


def slug(word: str) -> str:
    """`rateLimitExceeded` and `RATE_LIMIT_EXCEEDED` alike are `rate_limit_exceeded`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word).lower()


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of Retry-After; a date counts from the answer's own Date (RFC 9110 10.2.3)."""
    given, now = headers.get("retry-after", ""), headers.get("date", "")
    if given.isdecimal():
        return float(given)
    try:
        return max(0.0, (parsedate_to_datetime(given) - parsedate_to_datetime(now)).total_seconds())
    except (ValueError, TypeError):  # no date, or only one of the two
        return None
