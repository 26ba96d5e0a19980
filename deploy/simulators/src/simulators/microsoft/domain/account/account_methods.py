"""The methods that read the account: the user, mailbox settings, calendars, and ids in their other form."""

from simulators.frame.store import ids, zones
from simulators.frame.store.errors import invalid_request, item_not_found
from simulators.microsoft.domain.account.accounts import Account, shown_calendar
from simulators.microsoft.domain.call import Call, Json, collection, selected
from simulators.microsoft.domain.lists import options


def get_user(call: Call) -> Json:
    """Answer `/me`."""
    account = call.account
    shown: Json = {
        "id": account.user_id,
        "displayName": account.name,
        "givenName": None,
        "surname": None,
        "jobTitle": None,
        "mail": account.email,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
        "businessPhones": [],
        "userPrincipalName": account.email,
        "mailboxSettings": _settings(account),
    }
    if not call.options.select:
        del shown["mailboxSettings"]
    return selected(shown, call.options)


def get_settings(call: Call) -> Json:
    """Answer `/me/mailboxSettings`."""
    return _settings(call.account)


def _settings(account: Account) -> Json:
    return {"timeZone": zones.windows(account.time_zone), "dateFormat": "M/d/yyyy", "timeFormat": "h:mm tt"}


def list_calendars(call: Call) -> Json:
    """Answer `/me/calendars`, page by page."""
    rows = [_calendar(call, calendar_id) for calendar_id, entry in call.account.entries.items() if not entry.deleted]
    page, more = call.page_of(rows)
    return collection([selected(row, call.options) for row in page], more)


def get_calendar(call: Call) -> Json:
    """Answer one calendar."""
    _, entry = call.calendar()
    calendar_id = call.account.id_of(entry.calendar)
    return selected(_calendar(call, calendar_id or ""), call.options)


def _calendar(call: Call, calendar_id: str) -> Json:
    entry = call.account.entries[calendar_id]
    calendar = call.world.calendars[entry.calendar]
    return shown_calendar(calendar_id, entry, calendar, call.world.accounts[calendar.owner])


def translate_ids(call: Call) -> Json:
    """Answer `translateExchangeIds`, at most 1000 at a time."""
    wanted = call.body.get("inputIds") or []
    if len(wanted) > options.MAX_PAGE:
        raise invalid_request("At most 1000 ids can be translated at a time.")
    immutable = call.body.get("targetIdType") == "restImmutableEntryId"
    return {"value": [_translated(call, one, immutable=immutable) for one in wanted]}


def _translated(call: Call, source: str, *, immutable: bool) -> Json:
    ref = ids.parse(source)
    folder = call.world.where.get(ref.key) if ref else None
    if ref is None or folder is None:
        raise item_not_found()
    return {"sourceId": source, "targetId": ids.item_id(ids.Ref(ref.key, ref.day), folder, immutable=immutable)}
