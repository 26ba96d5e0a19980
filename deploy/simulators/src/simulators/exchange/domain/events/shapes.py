"""An item as a `t:CalendarItem`, as an ItemShape asks for it."""

from simulators.exchange.domain.call import Call
from simulators.exchange.domain.errors import EwsError
from simulators.exchange.domain.events import times
from simulators.exchange.domain.events.rendering import rendered
from simulators.exchange.domain.events.views import ONLY_WHOLE, Quirks, Shape, View, named
from simulators.exchange.domain.events.words import name_of
from simulators.exchange.domain.xml import Element, child, children, flag, local, t, text
from simulators.frame.domain.traps import Parameters
from simulators.frame.store.calendar import Calendar, Item


def read(element: Element) -> Shape:
    """Return the shape of an `m:ItemShape`."""
    paths = children(child(element, "t:AdditionalProperties"))
    return Shape(
        base=text(element, "t:BaseShape") or "IdOnly",
        body=text(element, "t:BodyType") or "Best",
        fields=frozenset(name_of(one) for one in paths if local(one) == "FieldURI") | _mime(element),
        extended=tuple(one for one in paths if local(one) == "ExtendedFieldURI"),
    )


def _mime(element: Element) -> frozenset[str]:
    return frozenset({"MimeContent"}) if flag(element, "t:IncludeMimeContent") else frozenset()


def shown(call: Call, calendar: Calendar, item: Item, element: Element, *, summary: bool = False) -> Element:
    """Return an item as an `m:ItemShape` asks for it.

    `summary`: for FindItem, which refuses what only GetItem has and leaves it out of the ready shapes.
    """
    shape = read(element)
    if summary and shape.fields & ONLY_WHOLE:
        raise EwsError("ErrorInvalidPropertyRequest", "The property cannot be used with this type of request.")
    owner = call.world.accounts[calendar.owner]
    folder = call.account.id_of(calendar.key) or ""
    view = View(calendar, item, folder, owner.name, shape, times.zone(call.zone), _quirks(call, shape))
    return rendered(view, summary=summary)


def _quirks(call: Call, shape: Shape) -> Quirks:
    """Draw the traps of what is shown; each strikes one item of an answer at the most."""

    def struck(trap: str, shows: str) -> Parameters | None:
        asked = shape.wants(shows, summary=False) and trap not in call.traps
        return call.trap(trap) if asked else None

    odd = struck("zone.odd_name", "StartTimeZone")
    return Quirks(
        zone=odd["name"] if odd else None,
        weekday_words=struck("series.weekday_words", "Recurrence") is not None,
        plain_dates=struck("series.plain_dates", "Recurrence") is not None,
        unknown_status=struck("event.no_data", "LegacyFreeBusyStatus") is not None,
    )


def identified(calendar: Calendar, item: Item) -> Element:
    """Return an item that is only named, as writes answer it."""
    return t("CalendarItem", named(calendar, item))
