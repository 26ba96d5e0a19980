"""`/subscriptions`: opening, renewing and ending them. The edge does the validation handshake while one is opened."""

from collections.abc import Callable
from datetime import datetime, timedelta

from simulators.frame.store.errors import access_denied
from simulators.microsoft.domain import schema
from simulators.microsoft.domain.call import Call, Json
from simulators.microsoft.domain.errors import GraphError, bad_request
from simulators.microsoft.domain.paths import resolve
from simulators.microsoft.domain.push import subscriptions
from simulators.microsoft.domain.push.subscriptions import Subscription


def create(call: Call) -> Json:
    """Prepare a new subscription: it lives when both its addresses have answered the validation."""
    schema.check(call.body, schema.SUBSCRIPTION)
    subscriptions.check(call.body)
    calendar, lists = _watched(call, call.body["resource"])
    opened = Subscription(
        id=subscriptions.new_id(call.world.rng),
        email=call.account.email,
        client_id=call.client_id,
        resource=call.body["resource"],
        changes=subscriptions.changes_of(call.body["changeType"]),
        url=call.body["notificationUrl"],
        lifecycle_url=call.body.get("lifecycleNotificationUrl"),
        state=call.body.get("clientState"),
        expires=_expiry(call),
        immutable=call.prefer.immutable,
        calendar=calendar,
        lists=lists,
    )
    if lists and "created" in opened.changes:
        raise GraphError(400, "InvalidRequest", "Calendars support the change types updated and deleted only.")
    call.world.subscriptions.check_free(opened, call.now)
    call.opened = opened
    call.status = 201
    return opened.shown()


def _watched(call: Call, resource: str) -> tuple[str | None, bool]:
    """The watched calendar (None: all of the mailbox), and whether it is the list of calendars."""
    route = resolve("GET", resource, call.account)
    if route.operation == "calendars.list":
        return None, True
    if route.operation != "events.list":
        raise GraphError(400, "InvalidRequest", f"The resource '{resource}' cannot be subscribed to.")
    if route.calendar is None:
        return None, False
    calendar, _ = call.world.calendar(call.account, route.calendar)
    if calendar.owner != call.account.email:
        # A delegated token reaches its user's own mailbox only.
        raise access_denied()
    if not calendar.watchable or call.trap("subscription.refused") is not None:
        message = "Operation: Create; Exception: [Status Code: BadRequest; Reason: 'Resource' is invalid.]"
        raise GraphError(400, "ExtensionError", message)
    return calendar.key, False


def _expiry(call: Call) -> datetime:
    expires = subscriptions.expiry(call.body["expirationDateTime"], call.now)
    cut = call.trap("subscription.cut_expiration")
    return min(expires, call.now + timedelta(seconds=cut["seconds"])) if cut else expires


def _own(call: Call) -> Subscription:
    found = call.world.subscriptions
    return found.get(call.route.subscription or "", call.account.email, call.client_id, call.now)


def read(call: Call) -> Json:
    """Answer one subscription."""
    return _own(call).shown()


def listed(call: Call) -> Json:
    """Answer the client's live subscriptions of the user."""
    rows = [
        one.shown()
        for one in call.world.subscriptions.live.values()
        if (one.email, one.client_id) == (call.account.email, call.client_id) and one.expires > call.now
    ]
    return {"value": rows}


def update(call: Call) -> Json:
    """Renew: nothing but the expiration (and the address) can be changed."""
    schema.check(call.body, schema.SUBSCRIPTION)
    own = _own(call)
    if "lifecycleNotificationUrl" in call.body:
        raise bad_request("lifecycleNotificationUrl cannot be changed on an existing subscription.")
    if not call.body.get("expirationDateTime"):
        raise bad_request("expirationDateTime is required.")
    own.expires = _expiry(call)
    own.paused = False
    return own.shown()


def reauthorize(call: Call) -> Json:
    """Let a paused subscription go on."""
    _own(call).paused = False
    call.status = 202
    return {}


def delete(call: Call) -> Json:
    """End it (204)."""
    del call.world.subscriptions.live[_own(call).id]
    call.status = 204
    return {}


HANDLERS: dict[str, Callable[[Call], Json]] = {
    "subscriptions.create": create,
    "subscriptions.get": read,
    "subscriptions.list": listed,
    "subscriptions.update": update,
    "subscriptions.delete": delete,
    "subscriptions.reauthorize": reauthorize,
}
