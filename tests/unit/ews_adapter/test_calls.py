"""One call through exchangelib: what is sent, and how its answers and errors are told."""

from typing import Any

import pytest
import requests
from lxml import etree
from requests.adapters import BaseAdapter

from connector.adapters.providers.ews import calls
from connector.adapters.providers.ews import requests as asked
from connector.adapters.providers.ews.accounts import open_account
from connector.adapters.providers.ews.xml import MESSAGES, TYPES, text_at
from connector.domain.provider.errors import CalendarUnavailable, Missing, Rejected, Throttled, Transient
from connector.domain.provider.login import Login

LOGIN = Login("ana@example.org", "ana", "secret", "https://exchange.test/EWS/Exchange.asmx", "basic", "15.2.1544.4")
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
VERSION = (
    f'<ServerVersionInfo xmlns="{TYPES}" MajorVersion="15" MinorVersion="1" MajorBuildNumber="2" MinorBuildNumber="3"/>'
)
FAULT = (
    "<s:Fault><faultcode>a:{code}</faultcode><faultstring>text</faultstring><detail>"
    '<e:ResponseCode xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors">{code}</e:ResponseCode>'
    '<e:Message xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors">text</e:Message>'
    "</detail></s:Fault>"
)


class Wire(BaseAdapter):
    """Answers every request with the same body, and keeps what was sent."""

    def __init__(self, body: str, status: int = 200, header: str = "") -> None:
        super().__init__()
        self.body, self.status = body, status
        self.header = f"<s:Header>{header}</s:Header>" if header else ""
        self.sent: list[etree._Element] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        self.sent.append(etree.fromstring(request.body or b""))
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = self.status, request, str(request.url)
        whole = f'<s:Envelope xmlns:s="{SOAP}">{self.header}<s:Body>{self.body}</s:Body></s:Envelope>'
        answer._content = whole.encode() if self.body.startswith("<") else self.body.encode()
        return answer

    def close(self) -> None:
        pass


def answer(code: str = "NoError", more: str = "", kind: str = "Success", inside: str = "<m:Items/>") -> str:
    return (
        f'<m:GetItemResponse xmlns="{TYPES}" xmlns:m="{MESSAGES}"><m:ResponseMessages>'
        f'<m:GetItemResponseMessage ResponseClass="{kind}"><m:MessageText>text</m:MessageText>'
        f"<m:ResponseCode>{code}</m:ResponseCode>{more}{inside}"
        "</m:GetItemResponseMessage></m:ResponseMessages></m:GetItemResponse>"
    )


def value(name: str, text: str) -> str:
    return f'<m:MessageXml><Value Name="{name}">{text}</Value></m:MessageXml>'


def send(wire: Wire) -> list[etree._Element]:
    return calls.send(open_account(LOGIN, wire), asked.get_items([asked.item_id("A=")]), "item")


def test_3_6_times_are_asked_for_in_utc_and_never_in_the_machines_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    wire = Wire(answer())
    send(wire)
    [sent] = wire.sent
    assert [one.get("Id") for one in sent.iter("{*}TimeZoneDefinition")] == ["UTC"]
    assert [one.get("Version") for one in sent.iter("{*}RequestServerVersion")] == ["Exchange2016"]


@pytest.mark.parametrize("header", ["", VERSION])
def test_a_server_may_tell_its_version_or_not(header: str) -> None:
    assert len(send(Wire(answer(), header=header))) == 1


def test_messages_are_handed_out_also_those_that_tell_an_error() -> None:
    [message] = send(Wire(answer("ErrorItemNotFound", kind="Error")))
    assert text_at(message, "m:ResponseCode") == "ErrorItemNotFound"
    assert isinstance(calls.error_of(message, "item"), Missing)
    with pytest.raises(Missing):
        calls.only([message], "item")


def test_3_6_an_unknown_code_is_of_its_message_alone() -> None:
    [message] = send(Wire(answer("ErrorOfTomorrow", kind="Error")))
    error = calls.error_of(message, "item")
    assert isinstance(error, Rejected)
    assert error.code == "error_of_tomorrow"


def test_3_6_a_pause_that_is_told_in_a_plain_answer_is_kept() -> None:
    [message] = send(Wire(answer("ErrorServerBusy", value("BackOffMilliseconds", "1500"), "Error")))
    error = calls.error_of(message, "item")
    assert isinstance(error, Throttled)
    assert error.retry_after == 1.5


def test_an_inner_code_says_more_than_its_outer_one() -> None:
    more = value("InnerErrorResponseCode", "ErrorFolderNotFound")
    [message] = send(Wire(answer("ErrorInternalServerError", more, "Error")))
    assert isinstance(calls.error_of(message, "item"), CalendarUnavailable)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ErrorServerBusy", Throttled),
        ("ErrorInternalServerTransientError", Transient),
        ("ErrorSchemaValidation", Rejected),
        ("ErrorInvalidRequest", Rejected),
        ("ErrorNonExistentMailbox", CalendarUnavailable),
    ],
)
def test_3_6_a_fault_is_asked_for_once_and_told_as_ours(code: str, kind: type[Exception]) -> None:
    wire = Wire(FAULT.format(code=code), status=500)
    with pytest.raises(kind):
        send(wire)
    assert len(wire.sent) == 1


@pytest.mark.parametrize("body", ["", "no XML", "<html/>", answer().replace("GetItemResponse", "FindItemResponse")])
def test_what_is_no_answer_is_transient_and_shows_no_content(body: str) -> None:
    with pytest.raises(Transient) as caught:
        send(Wire(body))
    assert "html" not in str(caught.value)


def test_f6_characters_that_xml_cannot_have_spoil_no_answer() -> None:
    subject = "<m:Items><CalendarItem><Subject>a&#x1;b</Subject></CalendarItem></m:Items>"
    [message] = send(Wire(answer(inside=subject)))
    assert text_at(message, "m:Items/t:CalendarItem/t:Subject").replace("\x01", "") == "ab"


def test_two_messages_where_one_was_asked_for_are_a_broken_answer() -> None:
    [message] = send(Wire(answer()))
    with pytest.raises(Transient):
        calls.only([message, message], "item")


@pytest.mark.parametrize("kind", ["Error", "Warning"])
def test_a_message_without_a_code_is_a_broken_answer(kind: str) -> None:
    [message] = send(Wire(answer("", kind=kind)))
    assert isinstance(calls.error_of(message, "item"), Transient)
