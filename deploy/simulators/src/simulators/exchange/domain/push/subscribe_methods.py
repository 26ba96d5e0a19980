"""Subscribe, for push only, and Unsubscribe, which is not for push."""

from urllib.parse import urlsplit

from simulators.exchange.domain.account.accounts import Account
from simulators.exchange.domain.call import Call
from simulators.exchange.domain.errors import EwsError
from simulators.exchange.domain.push import events, subscriptions
from simulators.exchange.domain.push.events import Event
from simulators.exchange.domain.push.subscriptions import Subscription
from simulators.exchange.domain.responses import each, nothing
from simulators.exchange.domain.xml import Element, child, children, local, m, text

#: How many subscriptions a mailbox may have (EwsMaxSubscriptions).
MOST = 5000


def subscribe(call: Call) -> Element:
    """Answer a new subscription with its id and the watermark that it begins at."""

    def one(asked: Element) -> list[Element]:
        made = _opened(call, asked)
        return [m("SubscriptionId", made.id), m("Watermark", events.watermark(made.told))]

    return each("Subscribe", children(call.request)[:1], one, nothing)


def _opened(call: Call, asked: Element) -> Subscription:
    if local(asked) != "PushSubscriptionRequest":
        raise EwsError("ErrorInvalidSubscriptionRequest", "This server takes push subscriptions only.")
    _check(call, text(asked, "t:URL") or "")
    told = _told(call, text(asked, "t:Watermark"))
    made = Subscription(
        id=subscriptions.new_id(call.world.rng),
        email=call.account.email,
        folders=_folders(call, asked),
        events=frozenset(one.text or "" for one in children(child(asked, "t:EventTypes"))),
        url=text(asked, "t:URL") or "",
        status_minutes=int(text(asked, "t:StatusFrequency") or "1"),
        told=told,
        next_at=call.now,
        status_at=call.now,
    )
    history = call.world.subscriptions.history
    made.pending = [one for one in history if one.number > told and wants(made, one, call.account)]
    call.world.subscriptions.live[made.id] = made
    return made


def wants(subscription: Subscription, event: Event, account: Account) -> bool:
    """Whether a subscription of an account is told of an event."""
    if event.name not in subscription.events:
        return False
    if subscription.folders:
        return bool({event.calendar, event.old} & {*subscription.folders})
    return account.id_of(event.calendar) is not None


def _check(call: Call, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or call.trap("subscription.refused") is not None:
        raise EwsError("ErrorInvalidPushSubscriptionUrl", "The URL for the push subscription is invalid.")
    if len(call.world.subscriptions.of(call.account.email)) >= MOST:
        raise EwsError("ErrorExceededSubscriptionCount", "You have exceeded the available subscriptions.")


def _folders(call: Call, asked: Element) -> tuple[str, ...]:
    if asked.get("SubscribeToAllFolders") in {"true", "1"}:
        return ()
    return tuple(call.folder(one)[0].key for one in children(child(asked, "t:FolderIds")))


def _told(call: Call, given: str | None) -> int:
    known = call.world.subscriptions
    if given is None:
        return known.count
    number = events.number_of(given)
    if number is None or not known.knows(number):
        raise EwsError("ErrorInvalidWatermark", "The watermark used for creating this subscription was not found.")
    return number


def unsubscribe(call: Call) -> Element:
    """Refuse: a push subscription ends by an answer to a notification."""

    def one(_: Element) -> list[Element]:
        raise EwsError("ErrorInvalidSubscription", "The subscription is invalid.")

    return each("Unsubscribe", children(call.request)[:1], one, nothing)
