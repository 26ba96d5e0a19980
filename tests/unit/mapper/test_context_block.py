"""The block of deal and contact information (F4): what it says, and that it never comes back as an edit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.activities import LinkedItemSummary
from contracts.calendar_commands import CalendarPut
from contracts.calendar_objects import EventAttendee
from mapper.domain.rules import context_block
from mapper.domain.rules.context_block import block_of, found_in, strip, with_block
from tests.support.bench import HOUR, NOW, TOMORROW, Bench, connection, due, linked, timed

DEAL = LinkedItemSummary(kind="deal", id="1", name="Big <b>deal</b>\n┃· tricky", value=12.5, currency="EUR")
ANN = LinkedItemSummary(kind="person", id="2", name="Ann", emails=("ann@example.com",), phones=("+49 30 1",))
BLOCK = block_of((DEAL, ANN), "7")
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="┃<"), max_size=40)


def shown(bench: Bench) -> str:
    """The description in the calendar."""
    assert bench.event is not None
    return bench.event.fields.description


def told(bench: Bench) -> str:
    """The description in the CRM."""
    assert bench.activity is not None
    return bench.activity.public_description


def with_context(description: str = "Agenda") -> Bench:
    """A linked activity of the CRM whose event shows the block."""
    bench = Bench(connection(include_context=True))
    bench.linked_items = (DEAL, ANN)
    bench.crm(public_description=description)
    bench.settle()
    return bench


def test_f4_the_block_says_who_and_what_line_by_line() -> None:
    assert BLOCK.splitlines() == [
        "┃· From the CRM",
        "┃· Deal: Big (b)deal(/b) |· tricky, 12.50 EUR",
        "┃· Contact: Ann, ann@example.com, +49 30 1",
        "┃· End of what the CRM says",
    ]
    assert block_of((), "7") == ""


@pytest.mark.parametrize(
    ("visible_to", "owner", "seen"), [("owner", "8", False), ("group", "8", False), ("owner", "7", True)]
)
def test_g1_f4_the_block_tells_nothing_that_the_user_may_not_see(visible_to: str, owner: str, seen: bool) -> None:
    item = LinkedItemSummary.model_validate(DEAL.model_dump() | {"visible_to": visible_to, "owner_id": owner})
    assert bool(block_of((item,), "7")) == seen


@given(above=TEXT, below=TEXT, behind=TEXT, joined=st.sampled_from(["\n\n", "\n", " \n", ""]))
def test_f4_of_whatever_is_around_the_block_only_the_users_text_is_left(
    above: str, below: str, behind: str, joined: str
) -> None:
    left = strip(f"{above}{joined}{BLOCK}{behind}{joined or chr(10)}{below}")
    assert "┃" not in left
    assert "deal" not in left.replace(above, "").replace(below, "").replace(behind, "")
    for text in (above, below, behind):
        assert text.strip() in left


@given(text=TEXT, kept=st.lists(st.integers(0, 3), unique=True), cut=st.integers(0, 20))
def test_f4_no_part_of_the_block_passes_for_text(text: str, kept: list[int], cut: int) -> None:
    """Some of its lines deleted, the last cut off at its end."""
    lines = [line for number, line in enumerate(BLOCK.splitlines()) if number in kept]
    rest = "\n".join(lines)
    rest = rest[: max(len(rest) - cut, 2)] if rest else ""
    assert strip(f"{text}\n\n{rest}", tidy=True) == text.rstrip()


@given(text=TEXT)
def test_f4_a_block_put_on_comes_off_and_is_never_there_twice(text: str) -> None:
    once = with_block(text, BLOCK)
    assert strip(once) == text.rstrip()
    assert with_block(once, BLOCK) == once
    assert found_in(once) == BLOCK
    assert strip(text) == text


def test_f6_a_block_without_room_is_left_out_and_never_the_text() -> None:
    long = "x" * (context_block.ROOM - 10)
    assert with_block(long, BLOCK) == long


def test_f4_the_block_goes_out_is_renewed_and_removed_and_the_crm_hears_nothing_of_it() -> None:
    bench = with_context()
    assert shown(bench) == f"Agenda\n\n{BLOCK}"
    bench.crm_links(ANN)
    [put] = bench.settle()
    assert isinstance(put, CalendarPut)
    assert put.changes.model_dump(exclude_none=True).keys() == {"description"}
    assert "Deal" not in shown(bench)
    assert "Ann" in shown(bench)
    assert bench.decided.rule == "F4"
    bench.set(include_context=False)
    assert len(bench.settle()) == 1
    assert shown(bench) == told(bench) == "Agenda"
    bench.set(include_context=True)
    bench.settle()
    assert "Ann" in shown(bench)
    assert told(bench) == "Agenda"


@pytest.mark.parametrize(
    ("edited", "expected"),
    [
        ("Agenda\n\n{block}\nSee you", "Agenda\n\nSee you"),
        ("Hello\nAgenda\n\n{block}", "Hello\nAgenda"),
        ("{block}\n\nNew", "New"),
        ("Agenda\n\n{block} and me", "Agenda\n\n and me"),
        ("", ""),
    ],
    ids=["below", "above", "only below", "behind", "all deleted"],
)
def test_f4_edits_around_the_block_reach_the_crm_without_it(edited: str, expected: str) -> None:
    bench = with_context()
    bench.cal(description=edited.format(block=BLOCK), at=NOW + HOUR)
    bench.settle()
    assert told(bench) == expected
    bench.crm(public_description="From the CRM", at=NOW + 2 * HOUR)
    bench.settle()
    assert shown(bench) == f"From the CRM\n\n{BLOCK}"


@pytest.mark.parametrize("left", ["Agenda", "Agenda\n\n", "Agenda\n\n┃· From the C", "Agenda\n\n┃· Deal: another"])
def test_f4_what_somebody_does_to_the_block_is_no_edit_and_stays_until_it_is_renewed(left: str) -> None:
    bench = with_context()
    bench.cal(description=left, at=NOW + HOUR)
    assert bench.settle() == []
    assert (told(bench), shown(bench)) == ("Agenda", left)
    bench.crm_links(ANN)
    bench.settle()
    assert shown(bench) == f"Agenda\n\n{block_of((ANN,), '7')}"
    assert told(bench) == "Agenda"


def test_f4_events_of_others_series_and_the_past_are_left_alone() -> None:
    """E2, E5, D2."""
    for kind in ({"is_organizer": False}, {"editable": False}):
        bench = linked("calendar", connection(include_context=True), **kind)
        bench.crm_links(DEAL)
        assert bench.settle() == []
    bench = with_context()
    bench.now = TOMORROW + 3 * HOUR
    bench.crm_links(ANN)
    assert bench.settle() == []


def test_f4_an_event_born_in_the_calendar_gets_the_block_and_keeps_its_guests() -> None:
    guest = EventAttendee(email="ann@example.com")
    bench = linked("calendar", connection(include_context=True), description="Agenda", attendees=(guest,))
    bench.crm_links(ANN)
    bench.settle()
    assert bench.event is not None
    assert "Contact: Ann" in shown(bench)
    assert bench.event.attendees == (guest,)
    assert told(bench) == "Agenda"


def test_k3_f4_a_copy_of_an_event_brings_no_block_into_the_crm() -> None:
    bench = linked("calendar", description=f"Agenda\n\n{BLOCK}", time=timed())
    assert told(bench) == "Agenda"
    bench.crm(schedule=due(TOMORROW + HOUR))
    bench.settle()
    assert told(bench) == "Agenda"
