"""A change of settings that is taken back, since the user did not confirm what it would delete (H4)."""

import pytest

from connector.domain.connection.settings_change import put_back
from connector.domain.model.settings import ChosenSettings
from contracts.brakes import Restore
from tests.unit.connector.support import NOW, connection

TYPES = ("call", "meeting", "task")


@pytest.mark.parametrize(
    ("restore", "invites"),
    [(Restore(), True), (Restore(invite_guests=False), False), (Restore(direction="one_way"), True)],
)
def test_h4_i2_what_the_change_allowed_is_allowed_no_more(restore: Restore, *, invites: bool) -> None:
    chosen = ChosenSettings(calendar_id="cal", timezone="Europe/Berlin", invite_guests=True, outbound_types=("call",))
    after = put_back(connection(settings=chosen), restore, active=TYPES, now=NOW, replay_id="r2")
    assert (after.settings.invite_guests, after.settings.outbound_types) == (invites, ("call",))
    assert after.settings.direction == (restore.direction or "two_way")
