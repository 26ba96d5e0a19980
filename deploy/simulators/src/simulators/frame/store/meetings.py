"""Online meetings: the block in the body by which guests join, and what becomes of a meeting that loses it.

Microsoft's page on updating events says that whoever writes the body must keep that block, or the meeting stops being
an online one (providers/graph.md).
"""

import html
import re
from typing import Any

Json = dict[str, Any]

_JOIN = re.compile(r"""class=["']me-email-text[^>]*>\s*<a\s[^>]*href=["']([^"']+)""")
_ROOT = "https://teams.example.com/l/meetup-join/"
_TEAMS = "teamsForBusiness"
_NONE: Json = {"isOnlineMeeting": False, "onlineMeeting": None, "onlineMeetingProvider": "unknown"}


def with_meeting(fields: Json, body: str, key: str) -> tuple[Json, str]:
    """Return an event's fields and its body: with a meeting made where one is asked for, without one that was lost."""
    if not fields["isOnlineMeeting"]:
        return fields, body
    known = (fields.get("onlineMeeting") or {}).get("joinUrl")
    if known:
        return (fields if known in html.unescape(body) else fields | _NONE), body
    there = _JOIN.search(body)
    url = html.unescape(there[1]) if there else f"{_ROOT}{key}"
    made = {"onlineMeeting": {"joinUrl": url}, "onlineMeetingProvider": _TEAMS}
    return fields | made, body if there else _with_block(body, url)


def _with_block(body: str, url: str) -> str:
    block = f'<br><div class="me-email-text"><a href="{url}" class="me-email-headline">Join the meeting now</a></div>'
    before, end, after = body.rpartition("</body>")
    return f"{before}{block}{end}{after}" if end else f"<html><body>{body}{block}</body></html>"
