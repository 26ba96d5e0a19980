"""Optimistic concurrency over HTTP: `ETag` and `If-Match` (RFC 9110 §13.1.1), made from the document's version."""

from chassis.web.problems import stale_version


def etag(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"{version}"'


def check_if_match(if_match: str | None, version: int) -> None:
    """Raise 412 `stale_version` where the header is given and names neither the present version nor `*`.

    Weak tags count as their strong ones, and bare numbers are taken too: clients send both.
    """
    if if_match is None or if_match.strip() == "*":
        return
    given = {tag.strip().removeprefix("W/").strip('"') for tag in if_match.split(",")}
    if str(version) not in given:
        raise stale_version(version)
