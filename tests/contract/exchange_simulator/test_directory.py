"""ResolveNames and GetServerTimeZones."""

import pytest

from simulators.exchange.domain.xml import Element, children, local, m, t, text
from tests.contract.exchange_simulator.driver import EwsFailure, Exchange, all_of
from tests.support.simulator_driver import ANN


async def resolve(exchange: Exchange, entry: str) -> Element:
    return await exchange.call(m("ResolveNames", m("UnresolvedEntry", entry), ReturnFullContactData=True))


@pytest.mark.parametrize("entry", ["Ann", "ann@", f"smtp:{ANN}"])
async def test_a_name_that_is_known(exchange: Exchange, entry: str) -> None:
    (mailbox,) = all_of(await resolve(exchange, entry), "t:Mailbox")
    assert (text(mailbox, "t:EmailAddress"), text(mailbox, "t:Name")) == (ANN, "Ann")


async def test_a_name_that_is_not(exchange: Exchange) -> None:
    with pytest.raises(EwsFailure) as error:
        await resolve(exchange, "zoe")
    assert error.value.refusal == (200, "ErrorNameResolutionNoResults")


async def test_a_name_that_several_have_is_a_warning(exchange: Exchange) -> None:
    await exchange.control("POST", "/accounts", {"email": "anna@example.com"})
    answer = await resolve(exchange, "ann")
    (message,) = all_of(answer, "m:ResolveNamesResponseMessage")
    assert message.get("ResponseClass") == "Warning"
    assert len(all_of(answer, "t:Resolution")) == 2


async def test_the_rules_of_a_zone(exchange: Exchange) -> None:
    wanted = m("Ids", [t("Id", one) for one in ("W. Europe Standard Time", "India Standard Time", "Mars Time")])
    answer = await exchange.call(m("GetServerTimeZones", wanted, ReturnFullTimeZoneData=True))
    berlin, india = all_of(answer, "t:TimeZoneDefinition")
    assert {one.get("Name"): one.get("Bias") for one in all_of(berlin, "t:Period")} == {
        "Standard": "-PT1H0M",
        "Daylight": "-PT2H0M",
    }
    spring, autumn = all_of(berlin, "t:RecurringDayTransition")
    assert [one.text for one in children(spring)] == ["Daylight", "PT2H0M", "3", "Sunday", "-1"]
    assert [one.text for one in children(autumn)] == ["Standard", "PT3H0M", "10", "Sunday", "-1"]
    assert [one.get("Bias") for one in all_of(india, "t:Period")] == ["-PT5H30M"]


async def test_all_zones_by_name(exchange: Exchange) -> None:
    answer = await exchange.call(m("GetServerTimeZones", ReturnFullTimeZoneData=False))
    found = all_of(answer, "t:TimeZoneDefinition")
    assert len(found) > 100
    assert {local(one) for zone in found for one in children(zone)} == set()


@pytest.mark.parametrize("writing", ["HexEntryId", "OwaId", "EntryId"])
async def test_ids_there_and_back(exchange: Exchange, writing: str) -> None:
    """Other clients learn a mailbox's address by this; the connector does not ask for it."""
    own = next(one["id"] for one in await exchange.control("GET", f"/accounts/{ANN}/calendars"))
    there = await convert(exchange, own, "EwsId", writing)
    assert there.get("Mailbox") == ANN
    back = await convert(exchange, there.get("Id") or "", writing, "EwsId")
    assert back.get("Id") == own


async def test_an_id_that_is_none(exchange: Exchange) -> None:
    with pytest.raises(EwsFailure) as error:
        await convert(exchange, "no hex", "HexEntryId", "EwsId")
    assert error.value.refusal == (200, "ErrorInvalidIdMalformed")


async def convert(exchange: Exchange, given: str, writing: str, wanted: str) -> Element:
    source = t("AlternateId", Format=writing, Id=given, Mailbox="any@example.com")
    answer = await exchange.call(m("ConvertId", m("SourceIds", source), DestinationFormat=wanted))
    return all_of(answer, "m:AlternateId")[0]
