"""Text survives both ways, and what a provider cannot hold of it is cut there alone (F6)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.calendar_objects import EventFields, Marker
from tests.support.bench import HOUR, NOW, Bench, connection, linked

LIMIT = 8192
LONG = "Grüße 🗓️ שלום\n" * 900
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="┃\r"), min_size=1, max_size=200)


def cutting(fields: EventFields) -> EventFields:
    """A provider that holds no more than this of a description."""
    return fields.model_copy(update={"description": fields.description[:LIMIT]})


@settings(derandomize=True, database=None, max_examples=50)
@given(title=ANY_TEXT, text=ANY_TEXT)
def test_f6_any_text_is_the_same_on_both_sides_whichever_way_it_goes(title: str, text: str) -> None:
    out, come = Bench(), Bench()
    out.crm(subject=title, public_description=text, location=text)
    come.cal(summary=title, description=text, location=text)
    for bench in (out, come):
        bench.settle()
        assert bench.event is not None
        assert bench.activity is not None
        shown, told = bench.event.fields, bench.activity
        assert (shown.summary, shown.description, shown.location) == (title, text, text)
        assert (told.subject, told.public_description, told.location) == (title, text, text)


@pytest.mark.parametrize("context", [True, False])
def test_f6_a_text_that_was_cut_stays_whole_in_the_crm(context: bool) -> None:
    bench = Bench(connection(include_context=context), normalise=cutting)
    bench.crm(public_description=LONG)
    bench.settle()
    bench.cal(location="Here", at=NOW + HOUR)
    bench.settle()
    assert bench.activity is not None
    assert bench.activity.public_description == LONG
    assert bench.event is not None
    assert bench.event.fields.description == LONG[:LIMIT]
    bench.cal(description="Short", at=NOW + 2 * HOUR)
    bench.settle()
    assert bench.activity.public_description == "Short"


@pytest.mark.parametrize("version", [1, 0], ids=["as written last", "written before"])
def test_f6_k2_a_cut_text_is_no_edit_when_a_pair_is_adopted_either(version: int) -> None:
    """The mapper's database was lost: only the sides, and the mark on the event, are left."""
    bench = linked("crm", public_description=LONG)
    assert bench.event is not None
    mark = Marker(account_key="key", activity_id="a1", version=version, origin="crm")
    bench.event = bench.event.model_copy(update={"marker": mark, "fields": cutting(bench.event.fields)})
    bench.current = None
    assert bench.activity is not None
    bench.connection = bench.connection.model_copy(update={"adopted": False})
    bench.tell_event(bench.event)
    bench.tell_activity(bench.activity)
    bench.set(adopted=True)
    assert bench.settle() == []
    assert bench.activity.public_description == LONG
