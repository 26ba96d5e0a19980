"""The SendNotification call: what a subscriber is sent, and how his answer is read."""

from collections.abc import Sequence

from lxml import etree

from simulators.exchange.domain.errors import EwsError
from simulators.exchange.domain.push.events import watermark
from simulators.exchange.domain.responses import failure, success
from simulators.exchange.domain.xml import Element, m, q, t, text

_NAME = "SendNotification"


def notification(subscription_id: str, previous: int, events: Sequence[Element], *, more: bool = False) -> Element:
    """Return one subscription's events; `previous`: the number of the last one that it knows."""
    return m(
        "Notification",
        t("SubscriptionId", subscription_id),
        t("PreviousWatermark", watermark(previous)),
        t("MoreEvents", more),
        events,
    )


def call(notifications: Sequence[Element]) -> Element:
    """Return the body of the call: one response message for each notification."""
    return m(_NAME, m("ResponseMessages", [success(_NAME, one) for one in notifications]))


def error_call(notice: Element) -> Element:
    """Return the body of a call that says that events were missed."""
    missed = EwsError("ErrorMissedNotificationEvents", "Some notification events were missed.")
    return m(_NAME, m("ResponseMessages", failure(_NAME, missed, notice)))


def result_of(answer: bytes) -> Element | None:
    """Return the SendNotificationResult of a subscriber's answer; None for what is no such answer."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(answer, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root.find(f"{q('s:Body')}/{q('m:SendNotificationResult')}")


def status_of(result: Element | None) -> str:
    """Return a result's SubscriptionStatus; empty where there is none."""
    return "" if result is None else text(result, "m:SubscriptionStatus") or ""
