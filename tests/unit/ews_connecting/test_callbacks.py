"""What Exchange servers send to us, and what they are answered."""

import pytest
from lxml import etree

from chassis.errors import Rejected
from connector.adapters.providers.ews.callbacks import Notification, answer, callback_url, channel_of, notifications
from connector.adapters.providers.ews.untrusted_xml import parsed
from connector.domain.provider.port import WatchRequest

TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"


def sent(*inside: str, subscription: str = "sub-1") -> bytes:
    """Return a SendNotification with one message for each of `inside`."""
    told = "".join(
        f'<m:SendNotificationResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>'
        f"<m:Notification><t:SubscriptionId>{subscription}</t:SubscriptionId>"
        f"<t:PreviousWatermark>w1</t:PreviousWatermark><t:MoreEvents>false</t:MoreEvents>{one}</m:Notification>"
        "</m:SendNotificationResponseMessage>"
        for one in inside
    )
    return (
        f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header/><s:Body><m:SendNotification '
        f'xmlns:m="{MESSAGES}" xmlns:t="{TYPES}"><m:ResponseMessages>{told}</m:ResponseMessages>'
        "</m:SendNotification></s:Body></s:Envelope>"
    ).encode()


STATUS = "<t:StatusEvent><t:Watermark>w2</t:Watermark></t:StatusEvent>"
MODIFIED = '<t:ModifiedEvent><t:Watermark>w3</t:Watermark><t:ItemId Id="a" ChangeKey="b"/></t:ModifiedEvent>'


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (sent(STATUS), [Notification("sub-1", has_news=False)]),
        (sent(MODIFIED), [Notification("sub-1", has_news=True)]),
        (sent(STATUS + MODIFIED + MODIFIED), [Notification("sub-1", has_news=True)]),
        (sent("<!-- nothing -->" + STATUS), [Notification("sub-1", has_news=False)]),
        (sent(STATUS, MODIFIED), [Notification("sub-1", has_news=False), Notification("sub-1", has_news=True)]),
        (sent("<t:FreeBusyChangedEvent/>"), [Notification("sub-1", has_news=True)]),
        (sent(STATUS, subscription=" "), [Notification("", has_news=False)]),
    ],
)
def test_a_status_event_is_a_sign_of_life_and_all_else_is_news(body: bytes, told: list[Notification]) -> None:
    assert notifications(body) == told


def test_an_error_is_news_of_the_channel_and_names_no_subscription() -> None:
    missed = (
        f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><m:SendNotification '
        f'xmlns:m="{MESSAGES}"><m:ResponseMessages><m:SendNotificationResponseMessage ResponseClass="Error">'
        "<m:ResponseCode>ErrorMissedNotificationEvents</m:ResponseCode></m:SendNotificationResponseMessage>"
        "</m:ResponseMessages></m:SendNotification></s:Body></s:Envelope>"
    )
    assert notifications(missed.encode()) == [Notification(None, has_news=True)]


ENTITY = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
BOMB = b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;&b;">]>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no xml",
        b"<a/>",
        sent(),
        ENTITY + sent(STATUS),
        BOMB + sent("&c;"),
        b"<?xml encoding='x-nobody'?><a/>",
        sent("<t:" + "x" * 2000000 + "/>"),
    ],
)
def test_what_is_no_notification_is_refused(body: bytes) -> None:
    with pytest.raises(Rejected) as refused:
        notifications(body)
    assert refused.value.code == "malformed_request"


@pytest.mark.parametrize("status", ["OK", "Unsubscribe"])
def test_the_answer_is_soap(status: str) -> None:
    root = parsed(answer(status))  # type: ignore[arg-type]
    result = root.find(f".//{{{MESSAGES}}}SendNotificationResult/{{{MESSAGES}}}SubscriptionStatus")
    assert result is not None
    assert (result.text, etree.QName(root).localname) == (status, "Envelope")


def test_the_address_is_a_secret_that_names_its_channel() -> None:
    url = callback_url(WatchRequest("ch-1", "s3cret", "https://tandem.example/webhooks/exchange"))
    assert url == "https://tandem.example/webhooks/exchange/ch-1.s3cret"
    assert channel_of(url.rpartition("/")[2]) == ("ch-1", "s3cret")
    assert channel_of("nothing") == ("nothing", "")
