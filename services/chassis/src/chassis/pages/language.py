"""Which language a page speaks: the one that was chosen, else the browser's, else English."""

import gettext
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from io import BytesIO
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from fastapi import Request

LANGUAGES: Mapping[str, str] = {"en": "English", "pl": "Polski"}
"""By their codes, each in its own words."""
LANGUAGE_COOKIE = "tandem_language"
_DEFAULT = "en"
_REGIONS = {"en": "en_GB", "pl": "pl_PL"}
"""Whose dates and times are written where the browser names no region."""


@dataclass(frozen=True)
class Language:
    """A language with the region by whose habits dates and times are written."""

    code: str
    locale: Locale
    translations: gettext.NullTranslations

    @property
    def tag(self) -> str:
        """Its name in HTML (BCP 47)."""
        return str(self.locale).replace("_", "-")

    @property
    def first_weekday(self) -> int:
        """The first day of the week, Monday being 0."""
        return int(self.locale.first_week_day)

    def text(self, message: str) -> str:
        """Return a message in this language."""
        return self.translations.gettext(message)

    def plural(self, one: str, many: str, number: int) -> str:
        """Return the message for a number of things; the number is put in by the caller."""
        return self.translations.ngettext(one, many, number)

    def moment(self, at: datetime, zone: str) -> str:
        """Return a date with its time, in a zone."""
        return format_datetime(at, "medium", tzinfo=ZoneInfo(zone), locale=self.locale)

    def when(self, start: str | None, zone: str) -> str:
        """Return a start as messages have it: an instant in a zone, or a plain date; "" for none."""
        if start is None:
            return ""
        if len(start) == len("2026-01-31"):
            return self.day(date.fromisoformat(start))
        return self.moment(datetime.fromisoformat(start), zone)

    def time(self, at: datetime, zone: str) -> str:
        """Return a time of day, in a zone."""
        return format_time(at, "short", tzinfo=ZoneInfo(zone), locale=self.locale)

    def day(self, on: date) -> str:
        """Return a date with its weekday."""
        return format_date(on, "full", locale=self.locale)

    def ago(self, at: datetime, now: datetime) -> str:
        """Return how long something is past, or how soon it comes: "5 minutes ago", "in 3 days"."""
        return format_timedelta(at - now, add_direction=True, locale=self.locale, threshold=1.2)


class Languages:
    """All languages with the catalogues of some packages, compiled at the start; English is what the code says."""

    def __init__(self, packages: Sequence[str]) -> None:
        self._translations = {code: _catalogue(code, packages) for code in LANGUAGES}

    def translations(self, code: str) -> gettext.NullTranslations:
        """Return the catalogue of a language."""
        return self._translations[code]

    def of(self, request: Request) -> Language:
        """Return the language of a request."""
        return self.choose(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language", ""))

    def choose(self, chosen: str | None, accepted: str) -> Language:
        """Return the language that was chosen, else the best of an Accept-Language header (RFC 9110 §12.5.4)."""
        tags = _accepted(accepted)
        known = (tag.partition("-")[0].lower() for tag in tags)
        wanted = (one for one in (chosen, *known) if one is not None and one in LANGUAGES)
        code = next(wanted, _DEFAULT)
        return Language(code, _locale(code, tags), self._translations[code])


def _accepted(header: str) -> Sequence[str]:
    """Return the language tags of a header, the most wanted first."""
    wanted = []
    for part in header[:500].split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            wanted.append((float(weight or 1), tag.strip()))
        except ValueError:
            continue
    return [tag for weight, tag in sorted(wanted, key=lambda one: -one[0]) if tag and weight > 0]


def _locale(code: str, tags: Sequence[str]) -> Locale:
    """Return the locale of a language, with the region that the browser names for it."""
    for tag in tags:
        if tag.lower().startswith(f"{code}-"):
            try:
                return Locale.parse(tag, sep="-")
            except (UnknownLocaleError, ValueError):
                continue
    return Locale.parse(_REGIONS[code])


def _catalogue(code: str, packages: Sequence[str]) -> gettext.NullTranslations:
    """Return the messages of all packages in a language, read from their text catalogues."""
    merged = gettext.NullTranslations()
    for package in packages:
        file = files(package) / "translations" / f"{code}.po"
        if not file.is_file():
            continue
        compiled = BytesIO()
        write_mo(compiled, read_po(BytesIO(file.read_bytes()), locale=code))
        compiled.seek(0)
        part = gettext.GNUTranslations(compiled)
        part.add_fallback(merged)
        merged = part
    return merged
