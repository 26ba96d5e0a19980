"""Push subscriptions (providers/ews.md 3.2): opened without a watermark, ended by our answer to a notification."""

from datetime import timedelta

from connector.adapters.providers.ews import requests
from connector.adapters.providers.ews.callbacks import callback_url
from connector.adapters.providers.ews.folder import CalendarFolder
from connector.adapters.providers.ews.xml import text_at
from connector.adapters.providers.wire import broken_answer
from connector.domain.provider.port import Watch, WatchRequest

_STATUS_MINUTES = 5
"""How often the server says that it still watches, where nothing changes."""
_MARGIN = timedelta(minutes=3)
_SILENCE = timedelta(minutes=_STATUS_MINUTES) + _MARGIN


def subscribe(folder: CalendarFolder, request: WatchRequest) -> Watch:
    """Open a subscription. Raises WatchRefused.

    It has no end of its own, and may be lost in silence: it counts as open as long as it is heard.
    """
    asked = requests.subscribe(folder.calendar_id, callback_url(request), _STATUS_MINUTES)
    subscription_id = text_at(folder.one(asked, "channel"), "m:SubscriptionId")
    if not subscription_id:
        raise broken_answer("a subscription without an id")
    return Watch(request.id, subscription_id, folder.now + _SILENCE, silence=_SILENCE)
