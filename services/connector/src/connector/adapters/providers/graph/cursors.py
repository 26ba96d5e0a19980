"""Where a read of changes goes on: Graph's link, and what the link does not say."""

from datetime import datetime
from typing import Self

from pydantic import AwareDatetime, ValidationError

from connector.domain.provider.errors import ResyncNeeded
from contracts.envelope import Value


class Cursor(Value):
    """`link`: Graph's deltaLink. `until`: where its window ends, which is fixed in it.

    `modified`: the latest modification of a master that was seen, as Graph writes it, and `seen` the change keys of
    the masters modified then; what was modified later is asked for beside the link, since a link never tells that an
    occurrence was deleted (providers/graph.md 2.2).
    """

    link: str
    until: AwareDatetime
    modified: str = ""
    seen: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.model_dump_json()

    @classmethod
    def parsed(cls, text: str, until: datetime) -> Self:
        """Return the cursor that a text stands for. ResyncNeeded: it is none, or ends too early."""
        try:
            cursor = cls.model_validate_json(text)
        except ValidationError as error:
            raise ResyncNeeded("malformed_cursor") from error
        if cursor.until < until:
            raise ResyncNeeded("window_moved_on", "the calendar is to be read further ahead than its cursor reaches")
        return cursor
