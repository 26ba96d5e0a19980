"""`watch` and `channels.stop`: opening and ending push channels."""

from datetime import timedelta
from urllib.parse import quote

from simulators.google.domain.call import Call, Json
from simulators.google.domain.errors import bad_request, push_not_supported
from simulators.google.domain.push import channels


def watch_events(call: Call) -> Json:
    """Answer `events.watch`; 400 where the calendar cannot be watched."""
    calendar, _ = call.calendar()
    if not calendar.watchable or call.trap("watch.refused") is not None:
        raise push_not_supported()
    asked = quote(call.path["calendarId"], safe="")
    return _watch(call, calendar.key, f"{call.api_root}/calendars/{asked}/events?alt=json")


def watch_list(call: Call) -> Json:
    """Answer `calendarList.watch`."""
    return _watch(call, f"list:{call.account.email}", f"{call.api_root}/users/me/calendarList?alt=json")


def _watch(call: Call, resource: str, uri: str) -> Json:
    body = {name: value for name, value in call.body.items() if value is not None}
    channels.check(body, https_only=call.https_only)
    expires = channels.expiry(body, call.now)
    cut = call.trap("channel.cut_expiration")
    if cut is not None:
        expires = min(expires, call.now + timedelta(seconds=cut["seconds"]))
    channel = channels.Channel(
        id=body["id"],
        address=body["address"],
        token=body.get("token"),
        kind=body["type"],
        resource=resource,
        resource_uri=uri,
        email=call.account.email,
        client_id=call.client_id,
        expires=expires,
    )
    call.world.channels.open(channel)
    call.opened = channel
    call.sync_first = call.trap("push.sync_before_answer") is not None
    answer = {
        "kind": "api#channel",
        "id": channel.id,
        "resourceId": channel.resource_id,
        "resourceUri": uri,
        "expiration": str(int(expires.timestamp() * 1000)),
    }
    return answer | ({"token": channel.token} if channel.token is not None else {})


def stop(call: Call) -> Json:
    """Answer `channels.stop`; 404 unless user and client opened it."""
    given = call.body
    if not given.get("id") or not given.get("resourceId"):
        raise bad_request("Missing id or resourceId.")
    channel = call.world.channels.stop(given["id"], given["resourceId"], call.account.email, call.client_id)
    if call.trap("channel.linger") is not None:
        call.opened = channel
    return {}
