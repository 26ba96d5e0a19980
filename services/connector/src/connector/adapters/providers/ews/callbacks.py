"""What an Exchange server sends to us: where to, what it tells, and what it wants for an answer (providers/ews.md 3.2).

A callback bears no signature. So the address is a secret, which names our channel, and only the subscription of that
channel is heard. Apart from the rest, so that the webhook needs no SDK.
"""

from dataclasses import dataclass
from typing import Literal

from chassis.errors import Rejected
from connector.adapters.providers.ews.untrusted_xml import MESSAGES, SOAP, Element, local, parsed
from connector.domain.provider.port import WatchRequest

_MARK = "."
_STATUS = "StatusEvent"
_ABOUT_ITSELF = {"SubscriptionId", "PreviousWatermark", "MoreEvents"}

Status = Literal["OK", "Unsubscribe"]


@dataclass(frozen=True)
class Notification:
    """What one notification tells; without `has_news` it is a sign of life.

    `subscription_id` is None where it tells of an error (missed events, say), which names none.
    """

    subscription_id: str | None
    has_news: bool


def callback_url(request: WatchRequest) -> str:
    """Return the unguessable address at which one channel is called back."""
    return f"{request.address}/{request.id}{_MARK}{request.token}"


def channel_of(token: str) -> tuple[str, str]:
    """Return the channel's id and secret from the last part of the address."""
    channel_id, _, secret = token.partition(_MARK)
    return channel_id, secret


def notifications(body: bytes) -> list[Notification]:
    """Return what a SendNotification tells. Raises Rejected for what is none; an error counts as news."""
    found = [_told(one) for one in parsed(body).iter() if local(one) == "SendNotificationResponseMessage"]
    if not found:
        raise Rejected("malformed_request", "this is no SendNotification")
    return found


def _told(message: Element) -> Notification:
    raw = next((one for one in message if local(one) == "Notification"), None)
    if raw is None:
        return Notification(None, has_news=True)
    words = {local(one): one for one in raw}
    subscription = words.get("SubscriptionId")
    told = set(words) - _ABOUT_ITSELF - {""}
    name = (subscription.text or "").strip() if subscription is not None else ""
    return Notification(name, has_news=bool(told - {_STATUS}))


def answer(status: Status) -> bytes:
    """Return the SOAP answer: `OK`, or `Unsubscribe`, by which the server forgets the subscription."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{SOAP}"><s:Body>'
        f'<m:SendNotificationResult xmlns:m="{MESSAGES}"><m:SubscriptionStatus>{status}</m:SubscriptionStatus>'
        "</m:SendNotificationResult></s:Body></s:Envelope>"
    ).encode()
