"""The RRULE, RDATE, EXDATE and EXRULE lines of one series (RFC 5545 3.8.5), evaluated in its wall clock."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from connector.domain.provider.zones import iana_zone
from connector.domain.series.recurrence_rules import UnexpandableRule, ends_before, rule_starts

# More than an hourly event over the default horizon of 180 days.
MAX_OCCURRENCES = 5_000
_LINE = re.compile(r"(RRULE|EXRULE|RDATE|EXDATE)((?:;[^:]*)?):(.*)", re.IGNORECASE)
_TIME = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
_TZID = re.compile(r";TZID=\"?([^;\"]+)", re.IGNORECASE)
_ISO_DURATION = TypeAdapter(timedelta)


@dataclass(frozen=True)
class RuleSet:
    """The lines with what they start from: the local DTSTART (midnight for days), the length, the zone (days: None).

    `rule_alone`: DTSTART is an occurrence only where a rule makes it one.
    """

    lines: Sequence[str]
    first: datetime
    length: timedelta
    zone: ZoneInfo | None
    rule_alone: bool = False

    def between(self, after: datetime, before: datetime) -> dict[datetime, timedelta]:
        """Return local starts with their lengths, at least those in [after, before). Raises UnexpandableRule."""
        lines = [_Line.of(line) for line in self.lines]
        made = self._made(lines, after, before)
        gone = self._gone(lines, after, before)
        days = {day for line in lines if line.name == "EXDATE" for day in line.bare_days()}
        kept = {start: length for start, length in made.items() if start not in gone and start.date() not in days}
        if len(kept) > MAX_OCCURRENCES:
            raise UnexpandableRule(f"more than {MAX_OCCURRENCES} occurrences in the window")
        return kept

    def _made(self, lines: Sequence["_Line"], after: datetime, before: datetime) -> dict[datetime, timedelta]:
        made = {self.first: self.length} if self._starts_with_first(lines) else {}
        for line in lines:
            if line.name == "RRULE":
                made |= dict.fromkeys(self._starts(line, after, before), self.length)
            elif line.name == "RDATE":
                made |= dict(self._dates(line))
        return made

    def _starts_with_first(self, lines: Sequence["_Line"]) -> bool:
        """Whether DTSTART is an occurrence: by default it is, but for rules that ended before (UNTIL).

        COUNT does not count it where the rule does not make it. RFC 5545 3.8.5.3 leaves that undefined; see
        `docs/decisions/a-start-outside-its-rule.md`.
        """
        rules = [line.value for line in lines if line.name == "RRULE"]
        if not rules:
            return True
        return not self.rule_alone and not all(ends_before(rule, self.first, self.zone) for rule in rules)

    def _gone(self, lines: Sequence["_Line"], after: datetime, before: datetime) -> set[datetime]:
        ruled = (one for line in lines if line.name == "EXRULE" for one in self._starts(line, after, before))
        dated = (one for line in lines if line.name == "EXDATE" for one, _ in self._dates(line))
        return {*ruled, *dated}

    def _starts(self, line: "_Line", after: datetime, before: datetime) -> list[datetime]:
        return rule_starts(line.value, self.first, self.zone, after, before)

    def _dates(self, line: "_Line") -> Iterator[tuple[datetime, timedelta]]:
        for text in line.values():
            begin, _, end = text.partition("/")
            start = self._local(begin, line)
            yield start, self._period(start, end, line) if end else self.length

    def _period(self, start: datetime, end: str, line: "_Line") -> timedelta:
        """Return the length of a VALUE=PERIOD, which gives either its end or its duration."""
        if not end.startswith(("P", "+P")):
            return max(self._local(end, line) - start, timedelta())
        try:
            return _ISO_DURATION.validate_python(end)
        except ValidationError as error:
            raise UnexpandableRule(f"{end} is no duration") from error

    def _local(self, text: str, line: "_Line") -> datetime:
        """Return a value in the wall clock: a bare date in a timed series has the time of DTSTART."""
        day, clock, utc = _time_parts(text)
        if self.zone is None or clock is None:
            return _wall_clock(day, self.first.strftime("%H%M%S"))
        wall = _wall_clock(day, clock)
        source = UTC if utc else line.zone()
        return wall.replace(tzinfo=source).astimezone(self.zone).replace(tzinfo=None) if source else wall


@dataclass(frozen=True)
class _Line:
    name: str
    parameters: str
    value: str

    @classmethod
    def of(cls, line: str) -> "_Line":
        found = _LINE.fullmatch(line.strip())
        if not found:
            raise UnexpandableRule(f"{line[:100]} is no recurrence line")
        return cls(found[1].upper(), found[2], found[3])

    def values(self) -> list[str]:
        return [text.strip() for text in self.value.split(",") if text.strip()]

    def bare_days(self) -> Iterator[date]:
        return (_wall_clock(text, "000000").date() for text in self.values() if len(text) == 8)

    def zone(self) -> ZoneInfo | None:
        found = _TZID.search(self.parameters)
        if not found:
            return None
        name = iana_zone(found[1])
        if name is None:
            raise UnexpandableRule(f"the time zone {found[1]} is unknown")
        return ZoneInfo(name)


def _time_parts(text: str) -> tuple[str, str | None, str | None]:
    found = _TIME.fullmatch(text)
    if not found:
        raise UnexpandableRule(f"{text} is neither a date nor a time")
    return found[1], found[2], found[3]


def _wall_clock(day: str, clock: str) -> datetime:
    try:
        return datetime.strptime(day + clock, "%Y%m%d%H%M%S")  # noqa: DTZ007 - a wall-clock time has no zone
    except ValueError as error:
        raise UnexpandableRule(f"{day}T{clock} does not exist") from error
