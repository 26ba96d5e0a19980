"""Which events of ours are told from copies, and for how long that is kept (G2, K3)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from connector.adapters.originals import KEPT, kept_until
from contracts.times import AllDay, EventTime, Timed
from tests.unit.connector.support import event

END = datetime(2030, 5, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (Timed(start=END - timedelta(hours=1), end=END, timezone="Europe/Berlin"), END + KEPT),
        (AllDay(start=date(2030, 4, 30), end=date(2030, 5, 1)), END.replace(hour=0) + KEPT),
        (AllDay(start=date(9999, 12, 30), end=date(9999, 12, 31)), None),
    ],
)
def test_g2_the_note_of_a_written_event_goes_long_after_its_end(when: EventTime, expected: datetime | None) -> None:
    assert (
        kept_until(event().model_copy(update={"fields": event().fields.model_copy(update={"time": when})})) == expected
    )
