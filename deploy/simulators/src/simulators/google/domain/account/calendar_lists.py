"""`calendarList` and `calendars`: what calendars an account has."""

from simulators.frame.domain.tokens import decode, encode
from simulators.google.domain.account.accounts import calendar_resource, list_entry
from simulators.google.domain.call import Call, Json
from simulators.google.domain.errors import full_sync_required, invalid


def list_calendars(call: Call) -> Json:
    """Answer `calendarList.list`, also incremental by sync token."""
    account, since = call.account, _list_since(call)
    everything = since is not None
    entries = [
        entry
        for entry in account.entries.values()
        if entry.seq > (since or 0)
        and (everything or not entry.deleted or call.query.get("showDeleted"))
        and (everything or not entry.hidden or call.query.get("showHidden"))
    ]
    size = min(call.query.get("maxResults", 100), 250, call.world.page_cap or 250)
    at = _offset(call)
    shown = [list_entry(one, call.world.calendars[one.calendar]) for one in entries]
    answer: Json = {"kind": "calendar#calendarList", "etag": f'"p{account.seq}"', "items": shown[at : at + size]}
    if at + size < len(shown):
        return answer | {"nextPageToken": encode({"list": account.email, "at": at + size})}
    token = {"list": account.email, "s": account.seq, "e": account.epoch}
    return answer | {"nextSyncToken": encode(token)}


def _list_since(call: Call) -> int | None:
    token = call.query.get("syncToken")
    if token is None:
        return None
    if {"minAccessRole", "showOwnOrganizationOnly"} & call.query.keys():
        raise invalid("Sync token cannot be combined with minAccessRole.")
    content = decode(token) or {}
    if content.get("list") != call.account.email or content.get("e") != call.account.epoch:
        raise full_sync_required()
    return int(content["s"])


def _offset(call: Call) -> int:
    token = call.query.get("pageToken")
    if token is None:
        return 0
    content = decode(token) or {}
    if content.get("list") != call.account.email:
        raise invalid("Invalid page token value.")
    return int(content["at"])


def get_entry(call: Call) -> Json:
    """Answer `calendarList.get`."""
    calendar, entry = call.calendar()
    return list_entry(entry, calendar)


def get_calendar(call: Call) -> Json:
    """Answer `calendars.get`."""
    return calendar_resource(call.calendar()[0])
