"""What the others in a shared calendar are to learn of a connection: it left, it joined, it is back (A10). Pure."""

from collections.abc import Mapping
from datetime import datetime

from connector.domain.model.connection import Connection, SharingNews
from connector.domain.scheduling.schedule import with_due


def owing_news(connection: Connection, news: SharingNews, identity: str = "") -> Connection:
    """Return the connection with news for those who share its calendar, or another one; they are told at once."""
    known = identity or connection.calendar_identity
    if not known:
        return connection
    owing = connection.with_sharing_news({**connection.sharing_news, known: news})
    return with_due(owing, {"colleagues": connection.created_at})


def having_told(connection: Connection, news: Mapping[str, SharingNews], now: datetime) -> Connection:
    """Return the connection after its news were told; what came up meanwhile is told next."""
    left = {one: what for one, what in connection.sharing_news.items() if news.get(one) != what}
    return with_due(connection.with_sharing_news(left), {"colleagues": now if left else None})


def owing_its_absence(connection: Connection) -> Connection:
    """Return the connection after a trouble that has lasted for so long that it counts as the end of the sync."""
    return owing_news(connection, "left") if connection.trouble and connection.trouble.ends_at else connection


def present_again(connection: Connection) -> Connection:
    """Return the connection as one that can work again: where its absence was told, so is its return."""
    if connection.trouble is None or connection.trouble.ends_at is None:
        return connection
    if "absent" in connection.due:
        return with_due(connection, {"absent": None})
    return owing_news(connection, "back")
