"""FindItem's Restriction: a tree of comparisons, made into a function of an item."""

from collections.abc import Callable, Iterable, Mapping
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from simulators.exchange.domain.errors import EwsError
from simulators.exchange.domain.events import properties, times
from simulators.exchange.domain.events.words import FREE_BUSY, name_of
from simulators.exchange.domain.xml import Element, children, local
from simulators.frame.store.calendar import Calendar, Item, property_name

Rule = Callable[[Item], bool]
Value = Callable[[Item], Any]

_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "IsEqualTo": eq,
    "IsNotEqualTo": ne,
    "IsGreaterThan": gt,
    "IsGreaterThanOrEqualTo": ge,
    "IsLessThan": lt,
    "IsLessThanOrEqualTo": le,
}
_INSTANTS: Mapping[str, Value] = {
    "Start": lambda item: item.start.instant,
    "End": lambda item: item.end.instant,
    "DateTimeCreated": lambda item: times.instant(item.created),
    "LastModifiedTime": lambda item: times.instant(item.modified),
}
_TEXTS: Mapping[str, Value] = {
    "Subject": lambda item: item.fields["subject"].casefold(),
    "Location": lambda item: item.fields["location"]["displayName"].casefold(),
    "LegacyFreeBusyStatus": lambda item: FREE_BUSY[item.fields["showAs"]].casefold(),
    "Sensitivity": lambda item: item.fields["sensitivity"].casefold(),
    "IsAllDayEvent": lambda item: str(item.fields["isAllDay"]).casefold(),
    "IsRecurring": lambda item: str(item.is_series).casefold(),
    "ItemClass": lambda _: "ipm.appointment",
}


def compiled(element: Element) -> Rule:
    """Return the rule of a search expression; what Exchange cannot search by is refused."""
    name = local(element)
    if name in {"And", "Or"}:
        rules = [compiled(one) for one in children(element)]
        join: Callable[[Iterable[bool]], bool] = all if name == "And" else any
        return lambda item: join(rule(item) for rule in rules)
    if name == "Not":
        inner = compiled(children(element)[0])
        return lambda item: not inner(item)
    path, *rest = children(element)
    value = _value(path)
    if name == "Exists":
        return lambda item: value(item) is not None
    if name == "Contains":
        return _contains(element, value, rest[0].get("Value", ""))
    if name in _COMPARISONS:
        return _compared(_COMPARISONS[name], value, _constant(path, rest[0]))
    raise EwsError("ErrorUnsupportedQueryFilter", f"{name} is not supported here.")


def candidates(calendar: Calendar, element: Element) -> Iterable[Item]:
    """Return the items that a rule must be asked of: few, where it wants one value of an extended property."""
    needed = children(element) if local(element) == "And" else [element]
    wanted = next((found for found in map(_indexed, needed) if found is not None), None)
    if wanted is None:
        return list(calendar.live())
    return [calendar.items[key] for key in sorted(calendar.by_property.get(property_name(*wanted), set()))]


def _indexed(element: Element) -> tuple[str, str] | None:
    """Name and value of an `IsEqualTo` of a kept extended property."""
    if local(element) != "IsEqualTo" or local(children(element)[0]) != "ExtendedFieldURI":
        return None
    path, constant = children(element)
    name = properties.id_of(path)
    return None if properties.is_derived(name) else (name, _written(constant))


def ordering(path: Element) -> Value:
    """Return by what items are sorted that an extended property orders: those without it come first."""
    value = _value(path)
    return lambda item: (value(item) is not None, value(item))


def _value(path: Element) -> Value:
    if local(path) == "ExtendedFieldURI":
        name, read = properties.id_of(path), _reader(path)
        return lambda item: None if (kept := properties.value_of(item, name)) is None else read(kept)
    found = name_of(path)
    if found in _INSTANTS:
        return _INSTANTS[found]
    if found in _TEXTS:
        return _TEXTS[found]
    raise EwsError("ErrorUnsupportedPathForQuery", f"The property {found} cannot be searched by.")


def _reader(path: Element) -> Callable[[str], Any]:
    """How the values of a path are compared: as moments, numbers, or texts without case."""
    if local(path) == "ExtendedFieldURI":
        typed: Mapping[str, Callable[[str], Any]] = {"SystemTime": times.instant, "Integer": int}
        return typed.get(path.get("PropertyType", ""), str.casefold)
    return times.instant if name_of(path) in _INSTANTS else str.casefold


def _constant(path: Element, holder: Element) -> Any:  # noqa: ANN401 - an instant or a text
    constant = _written(holder)
    try:
        return _reader(path)(constant)
    except ValueError as error:
        raise EwsError("ErrorInvalidRestriction", f"'{constant}' is no value of that property.") from error


def _written(holder: Element) -> str:
    return children(holder)[0].get("Value", "")


def _compared(compare: Callable[[Any, Any], bool], value: Value, constant: Any) -> Rule:  # noqa: ANN401 - as above
    def rule(item: Item) -> bool:
        found = value(item)
        if found is None:
            return compare is ne
        return compare(found, constant)

    return rule


def _contains(element: Element, value: Value, wanted: str) -> Rule:
    mode, folded = element.get("ContainmentMode", "FullString"), wanted.casefold()

    def rule(item: Item) -> bool:
        found = str(value(item) or "")
        if mode == "FullString":
            return found == folded
        return found.startswith(folded) if mode == "Prefixed" else folded in found

    return rule
