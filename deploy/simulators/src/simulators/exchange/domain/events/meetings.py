"""The part of an item that makes it a meeting: organizer, attendees, answers."""

from typing import Any

from simulators.exchange.domain.events import times
from simulators.exchange.domain.events.views import View
from simulators.exchange.domain.events.words import ATTENDEES
from simulators.exchange.domain.xml import Element, t
from simulators.frame.store.calendar import Item

Json = dict[str, Any]

_ANSWERS = {
    "none": "Unknown",
    "organizer": "Organizer",
    "tentativelyAccepted": "Tentative",
    "accepted": "Accept",
    "declined": "Decline",
    "notResponded": "NoResponseReceived",
}
_NEVER = "0001-01-01"
_MEETING, _RECEIVED, _CANCELLED = 1, 2, 4


def is_meeting(item: Item) -> bool:
    """Whether others take part."""
    return bool(item.fields["attendees"]) or not item.fields["isOrganizer"]


def item_class(item: Item) -> str:
    """Return the message class: an occurrence's own is not that of its series."""
    return "IPM.Appointment.Occurrence" if item.master is not None else "IPM.Appointment"


def own_answer(item: Item) -> str:
    """Return how the calendar's owner answered."""
    return "Organizer" if item.fields["isOrganizer"] else _ANSWERS[item.fields["responseStatus"]["response"]]


def state(item: Item) -> int:
    """Return AppointmentState (MS-OXOCAL 2.2.1.10): meeting, received, cancelled."""
    received = 0 if item.fields["isOrganizer"] else _RECEIVED
    return (_MEETING if is_meeting(item) else 0) | received | (_CANCELLED if item.fields["isCancelled"] else 0)


def organizer(item: Item) -> Element:
    """Return the `t:Organizer`."""
    return t("Organizer", _mailbox(item.fields["organizer"]["emailAddress"]))


def attendees(view: View, name: str) -> Element | None:
    """Return the attendees of one sort; None where there are none."""
    found = [one for one in view.item.fields["attendees"] if one["type"] == ATTENDEES[name]]
    return t(name, [_attendee(view, one) for one in found]) if found else None


def _attendee(view: View, one: Json) -> Element:
    when = one["status"]["time"]
    never = not when or when.startswith(_NEVER)
    answered = None if never else t("LastResponseTime", view.time(times.instant(when)))
    answer = t("ResponseType", _ANSWERS[one["status"]["response"]])
    return t("Attendee", _mailbox(one["emailAddress"]), answer, answered)


def _mailbox(address: Json) -> Element:
    return t(
        "Mailbox",
        t("Name", address["name"]),
        t("EmailAddress", address["address"]),
        t("RoutingType", "SMTP"),
        t("MailboxType", "Mailbox"),
    )


def display_to(view: View) -> Element | None:
    """Return the required attendees' names in one line."""
    names = [one["emailAddress"]["name"] for one in view.item.fields["attendees"] if one["type"] == "required"]
    return t("DisplayTo", "; ".join(names)) if names else None


def join_url(item: Item) -> Element | None:
    """Return the `t:JoinOnlineMeetingUrl` of an online meeting."""
    url = (item.fields.get("onlineMeeting") or {}).get("joinUrl")
    return t("JoinOnlineMeetingUrl", url) if url else None


def place(item: Item) -> Element | None:
    """Return the `t:EnhancedLocation`."""
    name = item.fields["location"]["displayName"]
    return t("EnhancedLocation", t("DisplayName", name), t("Annotation", "")) if name else None
