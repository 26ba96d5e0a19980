"""Windows time zones as EWS defines them: periods, and the rules by which one follows the other."""

from datetime import timedelta
from functools import lru_cache

from tzlocal.windows_tz import win_tz

from simulators.exchange.domain.xml import Element, t
from simulators.exchange.domain.zone_rules import Rules, Turn, rules_of

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@lru_cache(maxsize=1)
def every_id() -> list[str]:
    """Return all ids."""
    return sorted(win_tz)


def definition(zone_id: str, year: int, *, full: bool) -> Element:
    """Return a zone; `full`: with the rules of a year."""
    parts = _parts(rules_of(win_tz[zone_id], year)) if full else ()
    return t("TimeZoneDefinition", *parts, Id=zone_id, Name=zone_id)


def _parts(rules: Rules) -> tuple[Element, ...]:
    offsets = dict.fromkeys((rules.standard, *(turn.to for turn in rules.turns)))
    names = {offset: "Standard" if offset == rules.standard else "Daylight" for offset in offsets}
    periods = [t("Period", Bias=_duration(-offset), Name=name, Id=name) for offset, name in names.items()]
    groups = [_transition(turn, names[turn.to]) for turn in rules.turns]
    if not groups:
        groups = [t("Transition", t("To", "Standard", Kind="Period"))]
    return (
        t("Periods", periods),
        t("TransitionsGroups", t("TransitionsGroup", groups, Id="0")),
        t("Transitions", t("Transition", t("To", "0", Kind="Group"))),
    )


def _transition(turn: Turn, to: str) -> Element:
    return t(
        "RecurringDayTransition",
        t("To", to, Kind="Period"),
        t("TimeOffset", _duration(timedelta(hours=turn.wall.hour, minutes=turn.wall.minute))),
        t("Month", turn.wall.month),
        t("DayOfWeek", _DAYS[turn.wall.weekday()]),
        t("Occurrence", turn.occurrence),
    )


def _duration(span: timedelta) -> str:
    minutes = int(abs(span).total_seconds()) // 60
    sign = "-" if span < timedelta() else ""
    return f"{sign}PT{minutes // 60}H{minutes % 60}M"
