"""Microsoft's schemas as judge: of every request, and of the simulator's own answers."""

import pytest

from simulators.exchange.domain.xml import Element, m, t
from simulators.exchange.http import ews_api
from tests.contract.exchange_simulator.driver import EWS, EwsFailure, Exchange
from tests.support.exchange_schemas import SCHEMAS

needs_schemas = pytest.mark.skipif(not SCHEMAS.exists(), reason=f"Microsoft's EWS schemas are not at {SCHEMAS}")


def wrong_order() -> Element:
    ids = m("FolderIds", t("DistinguishedFolderId", Id="calendar"))
    return m("GetFolder", ids, m("FolderShape", t("BaseShape", "IdOnly")))


@needs_schemas
@pytest.mark.parametrize(
    "request_",
    [
        wrong_order(),
        m("GetFolder"),
        m("Invented"),
        m("GetItem", m("ItemShape", t("BaseShape", "Everything")), m("ItemIds", t("ItemId", Id="x"))),
        m("GetItem", m("ItemShape", t("BaseShape", "IdOnly")), m("ItemIds", m("ItemId", Id="x"))),
    ],
)
async def test_a_request_that_is_not_allowed(exchange: Exchange, request_: Element) -> None:
    with pytest.raises(EwsFailure) as error:
        await exchange.call(request_)
    assert error.value.refusal == (500, "ErrorSchemaValidation")
    assert (await exchange.control("GET", "/journal"))[-1]["problems"]


@needs_schemas
async def test_a_header_that_is_not_allowed(exchange: Exchange) -> None:
    fine = m("ResolveNames", m("UnresolvedEntry", "ann"), ReturnFullContactData=False)
    with pytest.raises(EwsFailure, match="ErrorSchemaValidation"):
        await exchange.call(fine, t("RequestServerVersion", Version="Exchange1999"))
    for version in ("Exchange2007_SP1", "Exchange2013_SP1", "Exchange2016"):
        assert await exchange.call(fine, t("RequestServerVersion", Version=version)) is not None


@needs_schemas
async def test_a_watermark_in_the_wrong_namespace(exchange: Exchange) -> None:
    """As exchangelib writes it (providers/ews.md 3.2)."""
    asked = m(
        "PushSubscriptionRequest",
        t("FolderIds", t("DistinguishedFolderId", Id="calendar")),
        t("EventTypes", t("EventType", "CreatedEvent")),
        m("Watermark", "AQAAAAAAAAAAAAAA"),
        t("StatusFrequency", 1),
        t("URL", "http://crm.test/hook"),
    )
    with pytest.raises(EwsFailure) as error:
        await exchange.call(m("Subscribe", asked))
    assert error.value.refusal == (500, "ErrorSchemaValidation")


@needs_schemas
async def test_an_answer_that_is_not_exchanges_is_an_internal_error(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ews_api, "perform", lambda _: m("GetFolderResponse", m("Invented")))
    with pytest.raises(EwsFailure) as error:
        await exchange.call(m("ResolveNames", m("UnresolvedEntry", "ann"), ReturnFullContactData=False))
    assert error.value.refusal == (500, "ErrorInternalServerError")
    assert "Invented" in (await exchange.control("GET", "/journal"))[-1]["problems"][0]


async def test_an_operation_that_is_not_here(exchange: Exchange) -> None:
    asked = m("ExpandDL")
    exchange.simulator.judge = None
    with pytest.raises(EwsFailure) as error:
        await exchange.call(asked)
    assert error.value.refusal == (500, "ErrorInvalidOperation")


@pytest.mark.parametrize("content", [b"", b"{", b"<a/>", b"<a>"])
async def test_what_is_no_soap(exchange: Exchange, content: bytes) -> None:
    answer = await exchange.http.post(EWS, content=content)
    assert (answer.status_code, "ErrorInvalidRequest" in answer.text) == (500, True)


async def test_entities_are_not_read(exchange: Exchange) -> None:
    content = b"""<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>
      <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><a>&b;</a></s:Body></s:Envelope>"""
    answer = await exchange.http.post(EWS, content=content)
    assert answer.status_code == 500
