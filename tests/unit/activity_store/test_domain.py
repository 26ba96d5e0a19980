"""The smaller rules: ids, who sees what, overlaps, types, the state of a link, linked items."""

from datetime import timedelta
from typing import Any, Literal

import pytest

from activity_store.domain.model.activity import Activity
from activity_store.domain.model.activity_types import default_types, key_from
from activity_store.domain.model.ids import scoped
from activity_store.domain.model.linked_items import LinkedItem, Viewer, is_item_visible, rewritten, with_person_emails
from activity_store.domain.rules.overlaps import overlaps
from activity_store.domain.rules.sync_state import with_link_state
from activity_store.domain.rules.visibility import is_visible
from contracts.activities import LinkedItemKind
from contracts.links import LinkState, LinkStateChanged
from tests.unit.activity_store.builders import NOW, activity


def item(kind: LinkedItemKind = "deal", **fields: Any) -> LinkedItem:
    return LinkedItem(**{"id": "x", "company_id": "acme", "kind": kind, "item_id": "1", "name": "D"} | fields)


@pytest.mark.parametrize(("one", "other"), [(("a:b", "c"), ("a", "b:c")), (("a", "p", "x:y"), ("a", "p:x", "y"))])
def test_no_two_things_share_a_document_id(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    """G4: a company called `a:b` is not company `a`."""
    assert scoped(*one) != scoped(*other)


@pytest.mark.parametrize(
    ("visible_to", "user", "group", "seen"),
    [
        ("everyone", "9", None, True),
        ("owner", "8", None, True),
        ("owner", "9", "g", False),
        ("group", "9", "g", True),
        ("group", "9", "h", False),
        ("group", "9", None, False),
        ("group", "8", None, True),
    ],
)
def test_who_sees_a_linked_item(
    visible_to: Literal["everyone", "owner", "group"], user: str, group: str | None, seen: bool
) -> None:
    """G1."""
    viewer = Viewer(user_id=user, group_id=group)
    assert is_item_visible(item(visible_to=visible_to, owner_id="8", group_id="g"), viewer) == seen


def test_all_linked_items_must_be_seen_and_an_unknown_one_is_hidden() -> None:
    """G1, G3."""
    linked = activity(deal_id="1", org_id="2")
    known = {"deal:1": item(), "organization:2": item("organization")}
    stranger, owner = Viewer(user_id="9"), Viewer(user_id="7")
    assert is_visible(linked, stranger, known)
    assert not is_visible(linked, stranger, {"deal:1": item()})
    assert is_visible(linked, owner, {})
    own = linked.model_copy(update={"visibility": "owner"})
    assert not is_visible(own, stranger, known)
    assert is_visible(own, owner, known)
    assert not is_visible(linked.model_copy(update={"deleted": True}), owner, known)


def test_an_item_without_group_is_not_of_the_group_of_users_without_one() -> None:
    assert not is_item_visible(item(visible_to="group"), Viewer(user_id="9"))


def busy(activity_id: str, start: str, duration: str, **fields: Any) -> Activity:
    return activity(activity_id=activity_id, due_date="2030-05-01", due_time=start, duration=duration, **fields)


def test_every_overlapping_pair_is_found_once_in_order() -> None:
    """L3: ends are exclusive; what is not busy, gone or undated takes no time."""
    items = [
        busy("d", "11:00", "01:00"),
        busy("b", "09:30", "01:00"),
        busy("a", "09:00", "02:00"),
        busy("c", "10:15", "00:15"),
        busy("e", "09:00", "05:00", busy=False),
        activity(activity_id="u"),
    ]
    found = [(o.first.activity_id, o.second.activity_id, f"{o.start:%H:%M}-{o.end:%H:%M}") for o in overlaps(items)]
    assert found == [("a", "b", "09:30-10:30"), ("a", "c", "10:15-10:30"), ("b", "c", "10:15-10:30")]


def test_the_defaults_are_owed_to_the_topic() -> None:
    """C3."""
    types = default_types("acme", NOW)
    assert types.active_keys == {"call", "meeting", "task", "deadline", "email", "lunch"}
    assert types.state_owed


@pytest.mark.parametrize(("name", "key"), [("Site visit", "site_visit"), ("Café & Co", "cafe_co"), ("你好", None)])
def test_a_key_is_made_from_the_name(name: str, key: str | None) -> None:
    assert key_from(name) == key


def state_change(version: int, state: LinkState, connection: str = "c1") -> LinkStateChanged:
    return LinkStateChanged(
        id="m",
        occurred_at=NOW + timedelta(hours=version),
        company_id="acme",
        aggregate_version=version,
        correlation_id="r",
        cause="sync",
        connection_id=connection,
        activity_id="a1",
        origin="crm",
        state=state,
    )


def test_only_newer_news_of_a_link_is_taken_in() -> None:
    shown = with_link_state(with_link_state(activity(), state_change(2, "active")), state_change(1, "pending"))
    assert shown.sync is not None
    assert (shown.sync.state, shown.revision) == ("active", 1)
    assert with_link_state(shown, state_change(2, "active")) == shown


def test_an_activity_remembers_whose_link_it_has_and_with_which_event_k2() -> None:
    told = state_change(3, "active").model_copy(update={"account_key": "key", "calendar_id": "cal", "event_id": "e1"})
    sync = with_link_state(activity(), told).sync
    assert sync is not None
    assert (sync.account_key, sync.calendar_id, sync.event_id, sync.version) == ("key", "cal", "e1", 3)


def test_the_end_of_another_connection_does_not_cover_an_open_link() -> None:
    """A6: the old connection's last word may come after the new one's first."""
    shown = with_link_state(activity(), state_change(1, "active", "new"))
    assert with_link_state(shown, state_change(9, "closed", "old")).sync == shown.sync
    taken_over = with_link_state(
        with_link_state(activity(), state_change(9, "closed", "old")), state_change(1, "active", "new")
    )
    assert taken_over.sync is not None
    assert taken_over.sync.connection_id == "new"


def test_only_persons_are_matched_by_address() -> None:
    """F5."""
    assert with_person_emails(item("person", emails=("A@x.com", "a@X.com"))).person_emails == ("a@x.com",)
    assert with_person_emails(item("organization", emails=("a@x.com",))).person_emails == ()


def test_writing_an_item_again_publishes_only_where_the_summary_changes() -> None:
    """F4, G1."""
    known = item().model_copy(update={"revision": 3})
    assert rewritten(known, item()) == known
    assert rewritten(known, item(name="N")).renewal_owed
    regrouped = rewritten(known, item(group_id="g"))
    assert (regrouped.revision, regrouped.renewal_owed) == (4, True), "subscribers apply G1 by it"
    forgotten = rewritten(known, item(deleted=True))
    assert forgotten.renewal_owed
