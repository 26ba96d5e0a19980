"""One bad item never loses a batch, and a server in trouble is no bad item (3.6)."""

import pytest

from connector.adapters.providers.ews import requests
from connector.adapters.providers.ews.folder import ITEMS_AT_ONCE, CalendarFolder
from connector.adapters.providers.ews.reading import read
from connector.domain.provider.errors import CalendarUnavailable, Missing, Throttled, Transient
from connector.domain.provider.items import EventRead, EventRemoved
from tests.unit.ews_adapter.server import Script, Serve, Server, codes, named, served

__all__ = ["served"]
IDS = [f"A{number}=" for number in range(8)]


def script(**errors: str) -> Script:
    return {one: errors.get(one[:-1], named(one)) for one in IDS}


def ask(folder: CalendarFolder) -> list[str]:
    return codes(folder.answers([requests.item_id(one) for one in IDS]))


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("ErrorItemNotFound", "error_item_not_found"),
        ("ErrorCorruptData", "error_corrupt_data"),
        ("ErrorInternalServerError", "error_internal_server_error"),
        ("ErrorOfTomorrow", "error_of_tomorrow"),
    ],
)
def test_3_6_an_items_own_error_is_that_items_alone(served: Serve, code: str, reason: str) -> None:
    server = Server(script(A3=code))
    assert ask(served(server)) == [*IDS[:3], reason, *IDS[4:]]
    assert len(server.asked) == 1


@pytest.mark.parametrize("code", ["ErrorCorruptData", "ErrorInternalServerError", "ErrorOfTomorrow"])
def test_3_6_a_batch_that_fails_for_one_is_halved_until_it_is_alone(served: Serve, code: str) -> None:
    server = Server(script(), poison={"A5=": code})
    found = ask(served(server))
    assert [one for one in found if one.startswith("A")] == [one for one in IDS if one != "A5="]
    assert found[5].startswith("error_")
    assert len(server.asked) == 7


@pytest.mark.parametrize("code", ["ErrorServerBusy", "ErrorTimeoutExpired", "ErrorMailboxMoveInProgress"])
@pytest.mark.parametrize("whole", [False, True])
def test_3_6_a_mailbox_in_trouble_is_no_bad_item(served: Serve, code: str, whole: bool) -> None:
    server = Server(script(), poison={"A5=": code}) if whole else Server(script(A5=code))
    with pytest.raises(Transient) as caught:
        ask(served(server))
    assert isinstance(caught.value, Throttled) == (code == "ErrorServerBusy")
    assert len(server.asked) == 1


@pytest.mark.parametrize("whole", [False, True])
def test_3_6_a_server_that_fails_as_well_without_the_item_is_in_trouble_itself(
    served: Serve,
    whole: bool,
) -> None:
    code = "ErrorInternalServerError"
    server = Server(script(), poison={"A5=": code}) if whole else Server(script(A5=code))
    server.probe = code
    with pytest.raises(Transient):
        ask(served(server))


def test_an_answer_that_was_stopped_is_asked_for_again(served: Serve) -> None:
    server = Server(script(), stopped={"A4=", "A5="})
    assert ask(served(server)) == IDS
    assert server.asked == [IDS, ["A4="], ["A5="]]


def test_items_are_asked_for_in_bounded_batches(served: Serve) -> None:
    ids = [f"B{number}=" for number in range(ITEMS_AT_ONCE + 1)]
    server = Server({one: named(one) for one in ids})
    folder = served(server)
    assert codes(folder.answers([requests.item_id(one) for one in ids])) == ids
    assert [len(one) for one in server.asked] == [ITEMS_AT_ONCE, 1]


def test_h2_an_item_that_is_not_there_is_gone_where_its_calendar_is(served: Serve) -> None:
    server = Server({"A0=": "ErrorItemNotFound"})
    assert read(served(server), "A0=") == EventRemoved("A0=")
    assert server.probes == 1


def test_h2_an_item_of_a_calendar_that_is_gone_says_nothing(served: Serve) -> None:
    server = Server({"A0=": "ErrorItemNotFound"}, probe="ErrorFolderNotFound")
    with pytest.raises(CalendarUnavailable):
        read(served(server), "A0=")


def test_h2_what_is_no_id_is_missing_and_not_gone(served: Serve) -> None:
    with pytest.raises(Missing):
        read(served(Server({"A0=": "ErrorInvalidIdMalformed"})), "A0=")


def test_one_item_is_read_by_one_call(served: Serve) -> None:
    server = Server({"A0=": named("A0=")})
    assert isinstance(read(served(server), "A0="), EventRead)
    assert (len(server.asked), server.probes) == (1, 0)
