"""Microsoft's own metadata as judge: of the simulator's answers, and of the types that requests are checked by."""

from typing import Any

import pytest

from simulators.microsoft.domain import schema
from simulators.microsoft.metadata import Metadata, metadata
from tests.contract.microsoft_simulator.driver import METADATA, GraphFailure, Microsoft, daily
from tests.support.simulator_driver import Json, timed

needs_metadata = pytest.mark.skipif(not METADATA.exists(), reason=f"the Graph metadata is not at {METADATA}")


@pytest.fixture
def judge() -> Metadata:
    return metadata(METADATA)


@needs_metadata
def test_the_judge_knows_a_wrong_answer(judge: Metadata) -> None:
    wrong = {
        "@odata.etag": "any",
        "invented": 1,
        "showAs": "sleeping",
        "isAllDay": "yes",
        "createdDateTime": "2026-12-01 10:00",
        "start": {"dateTime": None, "timeZone": "UTC"},
        "attendees": [{"emailAddress": {"mail": "x"}}],
        "subject": "right",
    }
    assert len(judge.problems("events.get", wrong)) == 6


@needs_metadata
async def test_an_answer_that_is_not_graphs_is_an_internal_error(microsoft: Microsoft) -> None:
    """The simulator cannot drift: a wrong field in its own state is a 500 and a flag in the journal."""
    event = await microsoft.create()
    for calendar in microsoft.simulator.world.calendars.values():
        for item in calendar.items.values():
            item.fields["invented"] = True
    with pytest.raises(GraphFailure) as error:
        await microsoft.graph("GET", f"/me/events/{event['id']}")
    assert error.value.refusal == (500, "InternalServerError")
    assert "invented" in (await microsoft.control("GET", "/journal"))[-1]["problems"][0]


def _differences(judge: Metadata, kind: schema.Type, given: str, where: str) -> list[str]:
    name = given.removeprefix("Collection(").removesuffix(")").removeprefix("graph.")
    if isinstance(kind, schema.Many):
        return _differences(judge, kind.of, name, where) if given.startswith("Collection(") else [where]
    if isinstance(kind, str):
        return [] if kind == given else [where]
    if isinstance(kind, schema.Enum):
        return [f"{where}: {word}" for word in kind.words if word not in judge.enums[name]]
    known = judge.all_properties(name)
    found = [f"{where}/{one}" for one in kind.properties if one not in known]
    for one, inner in kind.properties.items():
        found += _differences(judge, inner, known[one].type, f"{where}/{one}") if one in known else []
    return found


@needs_metadata
@pytest.mark.parametrize("kind", [schema.EVENT, schema.SUBSCRIPTION], ids=lambda kind: kind.name)
def test_requests_are_checked_by_the_same_types(judge: Metadata, kind: schema.Complex) -> None:
    assert _differences(judge, kind, f"graph.{kind.name}", kind.name) == []


@needs_metadata
def test_a_request_may_hold_all_that_an_event_has(judge: Metadata) -> None:
    own = {name for name, one in judge.all_properties("event").items() if not _is_navigation(name)}
    assert own <= schema.EVENT.properties.keys()


def _is_navigation(name: str) -> bool:
    return name in {
        "attachments",
        "calendar",
        "exceptionOccurrences",
        "extensions",
        "instances",
        "multiValueExtendedProperties",
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"transaction_id": None}, "The property 'transaction_id' does not exist on type 'microsoft.graph.event'"),
        ({"body": {"text": "x"}}, "The property 'text' does not exist on type 'microsoft.graph.itemBody'"),
        ({"isAllDay": "yes"}, "expected type 'Edm.Boolean'"),
        ({"subject": 5}, "expected type 'Edm.String'"),
        ({"showAs": "sleeping"}, "Requested value 'sleeping' was not found"),
        ({"attendees": {}}, "A 'StartArray' node was expected"),
        ({"location": "Room"}, "A 'StartObject' node was expected"),
    ],
)
async def test_bad_bodies(microsoft: Microsoft, change: Json, words: str) -> None:
    """What the SDK's backing store would send for a null (providers/graph.md 2.8) is refused, as Graph does."""
    with pytest.raises(GraphFailure, match=words) as error:
        await microsoft.create(**change)
    assert error.value.refusal == (400, "RequestBodyRead")
    assert (await microsoft.control("GET", "/journal"))[-1]["problems"]


async def test_broken_json(microsoft: Microsoft) -> None:
    answer = await microsoft.http.post("/v1.0/me/events", content=b"{")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/me/events", {"$top": "0"}),
        ("/me/events", {"$top": "many"}),
        ("/me/events", {"$top": "1001"}),
        ("/me/events", {"$orderby": "colour"}),
        ("/me/events", {"$filter": "subject eq"}),
        ("/me/events", {"$filter": "colour eq 'red'"}),
        ("/me/events", {"$expand": "attendees"}),
        ("/me/calendarView", {}),
        ("/me/calendarView", {"startDateTime": "x", "endDateTime": "2026-12-01"}),
        ("/me/calendarView", {"startDateTime": "2026-12-02", "endDateTime": "2026-12-01"}),
        ("/me/calendarView/delta", {"startDateTime": "2020-01-01", "endDateTime": "2026-12-01"}),
        ("/me/calendarView/delta", {"startDateTime": "2026-12-01", "endDateTime": "2026-12-02", "$select": "id"}),
        ("/me/calendar/events/delta", {"startDateTime": ""}),
        ("/me/calendar/events/delta", {"$deltatoken": "rubbish"}),
        ("/me/nonsense", {}),
        ("/nonsense", {}),
        ("/me/events/rubbish", {}),
    ],
)
async def test_bad_requests(microsoft: Microsoft, path: str, query: dict[str, Any]) -> None:
    await microsoft.create()
    with pytest.raises(GraphFailure) as error:
        await microsoft.graph("GET", path, params=query)
    assert error.value.answer.status_code == 400


async def test_the_longest_view(microsoft: Microsoft) -> None:
    """Facts 2.2: 1825 days."""
    window = {"startDateTime": "2026-01-01", "endDateTime": "2031-01-02"}
    with pytest.raises(GraphFailure, match="Maximum number of days: 1825"):
        await microsoft.graph("GET", "/me/calendarView", params=window)


async def test_without_a_token(microsoft: Microsoft) -> None:
    del microsoft.http.headers["Authorization"]
    with pytest.raises(GraphFailure) as error:
        await microsoft.graph("GET", "/me")
    assert error.value.refusal == (401, "InvalidAuthenticationToken")


@needs_metadata
async def test_every_kind_of_answer_is_graphs(microsoft: Microsoft) -> None:
    """A rich event, a series with exception and cancelled occurrence: all answers pass the judge of the fixture."""
    guests = [{"emailAddress": {"address": "bob@other.test"}, "type": "optional"}]
    body = {"contentType": "html", "content": "<b>x</b>"}
    await microsoft.create(attendees=guests, location={"displayName": "Room"}, body=body)
    master = await microsoft.create(**daily())
    window = {"startDateTime": "2026-11-01", "endDateTime": "2027-01-01"}
    rows = (await microsoft.graph("GET", f"/me/events/{master['id']}/instances", params=window))["value"]
    await microsoft.graph("PATCH", f"/me/events/{rows[1]['id']}", timed(2, 15))
    await microsoft.graph("DELETE", f"/me/events/{rows[2]['id']}")
    asked = {"$select": "subject,cancelledOccurrences", "$expand": "exceptionOccurrences"}
    whole = await microsoft.graph("GET", f"/me/events/{master['id']}", params=asked)
    assert (len(whole["exceptionOccurrences"]), len(whole["cancelledOccurrences"])) == (1, 1)
    for path in ("/me", "/me/mailboxSettings", "/me/calendars", "/me/calendar", "/me/events"):
        assert await microsoft.graph("GET", path)
    assert len((await microsoft.graph("GET", "/me/calendarView", params=window))["value"]) == 5
    assert (await microsoft.delta())["value"]
    assert (await microsoft.delta(path="/me/calendar/events/delta"))["value"]
    assert await microsoft.graph("GET", f"/subscriptions/{(await microsoft.subscribe())['id']}")
    assert len((await microsoft.graph("GET", "/subscriptions"))["value"]) == 1
    asked_ids = {"inputIds": [master["id"]], "targetIdType": "restId", "sourceIdType": "restImmutableEntryId"}
    (pair,) = (await microsoft.graph("POST", "/me/translateExchangeIds", asked_ids))["value"]
    assert pair["targetId"] == whole["id"]
