"""What may be done, as hypothesis draws it: the name of a method of `Play`, and its arguments."""

from typing import Any

from hypothesis import strategies as st

from tests.property.system.cast import SLOTS
from tests.property.system.oracle import ALL_TYPES
from tests.property.system.play import FIELDS
from tests.property.system.reach import (
    ACTS,
    ANSWERS,
    FAULTS,
    MEETING_ACTS,
    MODES,
    PRIVATE_ACTS,
    PUSH_TRAPS,
    REMOVES,
    SERIAL_ACTS,
    TEAM_ACTS,
)
from tests.property.system.team import THIRD, USERS

Step = tuple[Any, ...]
Steps = st.SearchStrategy[Step]

_SLOT, _FIELD, _ACT = st.integers(0, SLOTS - 1), st.sampled_from(FIELDS), st.sampled_from(ACTS)
_SIDE = st.sampled_from(["crm", "calendar"])
_FIELDS = st.tuples(_FIELD, _FIELD) | _FIELD.map(lambda one: (one, one))
_CHOICE = st.sampled_from(
    [
        ("direction", "one_way"),
        ("direction", "two_way"),
        ("outbound_types", [kind for kind in ALL_TYPES if kind != "deadline"]),
        ("outbound_types", list(ALL_TYPES)),
        ("inbound_type", "deadline"),
        ("inbound_type", "meeting"),
        ("on_event_deleted", "keep"),
        ("on_event_deleted", "delete"),
        *(("private_events", mode) for mode in MODES),
    ]
)


def _step(name: str, *arguments: st.SearchStrategy[Any]) -> Steps:
    return st.tuples(st.just(name), *arguments)


_ITEM = _step("create", _SLOT, _SIDE, st.sampled_from(["call", "deadline"]))
CREATE: Steps = _ITEM | _ITEM | _step("create_beyond", _SLOT)
EDIT = _step("act", _SLOT, _SIDE, st.just("edit"), _FIELD)
DELETE = _step("act", _SLOT, _SIDE, st.just("delete"), st.just(""))
COPY = _step("copy", _SLOT, _SLOT)
RACE = _step("race", _SLOT, _ACT, _ACT, _FIELDS, st.sampled_from(PUSH_TRAPS), st.booleans())
SERIAL = _step("serial", st.sampled_from(SERIAL_ACTS), st.integers(0, 3))
SECRET = _step("secret", st.sampled_from(PRIVATE_ACTS), st.sampled_from([True, True, False]))
MEETING = _step("invited", st.sampled_from(MEETING_ACTS))
TEAM = _step("team_act", st.sampled_from(TEAM_ACTS), st.sampled_from((*USERS, THIRD)), st.integers(0, 3))
TEAM_STOP = _step("team_stop", st.sampled_from(USERS), st.sampled_from(REMOVES))
TEAM_BACK = _step("team_back")
ASK = _step("ask")
CHOOSE = _CHOICE.map(lambda choice: ("choose", *choice))
HAND_OVER = _step("hand_over", _SLOT, _SIDE)
ARM = _step("arm", st.sampled_from((*FAULTS, *PUSH_TRAPS)), st.integers(1, 3))
TICK = _step("tick", st.sampled_from([1, 3]))
BULK = _step("bulk_delete", st.sampled_from(ANSWERS))
BURST = _step("burst")
RECONNECT = _step("reconnect", st.sampled_from(REMOVES))
CHOSEN = st.fixed_dictionaries(
    {"on_event_deleted": st.sampled_from(["delete", "keep"]), "private_events": st.sampled_from(MODES)}
)
"""What an example begins with, of what is seldom chosen in it."""
_REWRITE = _step("rewrite", _SLOT, _FIELD)
MET: Steps = st.one_of(CREATE, EDIT, EDIT, DELETE, SERIAL, _REWRITE)
"""What makes a trap strike that was just set."""
UNDER_WAY: Steps = st.one_of(CREATE, EDIT, EDIT, DELETE, RACE, SERIAL, SECRET, CHOOSE, HAND_OVER, TICK, TEAM, TEAM_STOP)
"""What may be under way when a part is killed."""
