"""Bodies of events on EWS's wire, and the address at which an online meeting is joined."""

from connector.adapters.providers.ews.xml import Element, child, children, t, text_at
from connector.adapters.providers.exchange_store.bodies import html_of, text_of
from connector.adapters.providers.exchange_store.marks import PROPERTY_SET

_TEAMS = "SkypeTeamsMeetingUrl"
"""The named property in which Teams keeps the address of its meetings, also in mailboxes on premises."""


def read_body(raw: Element) -> str:
    """Return the text of an event's body."""
    return text_of(text_at(raw, "t:Body"), html=_is_html(raw))


def written_body(text: str, there: Element | None = None) -> Element:
    """Return the body that reads as `plain(text)`; `there`: the event as it is, whose markup stays (F9)."""
    if there is not None and _is_html(there):
        return t("Body", html_of(text, text_at(there, "t:Body"), join_url=join_url(there)), BodyType="HTML")
    return t("Body", html_of(text), BodyType="HTML")


def join_url(raw: Element) -> str:
    """Return where the event's online meeting is joined; empty where there is none."""
    found = [text_at(raw, "t:JoinOnlineMeetingUrl"), *(text_at(one, "t:Value") for one in _teams(raw))]
    return next((one.strip() for one in found if one.strip()), "")


def join_path() -> Element:
    """Return what a read asks for beside Exchange's own address of the meeting."""
    return t("ExtendedFieldURI", PropertySetId=PROPERTY_SET, PropertyName=_TEAMS, PropertyType="String")


def _teams(raw: Element) -> list[Element]:
    paths = children(raw, f"t:ExtendedProperty/t:ExtendedFieldURI[@PropertyName='{_TEAMS}']")
    return [parent for one in paths if (parent := one.getparent()) is not None]


def _is_html(raw: Element) -> bool:
    body = child(raw, "t:Body")
    return body is not None and body.get("BodyType") == "HTML"
