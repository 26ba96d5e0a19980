"""The mapper's explanations in the reader's words (L1), and which of their remedies one click can carry out.

The mapper explains in English. Sentences that name a type or a day are recognised by the words around those, so that
every language can say them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from activity_store.entrypoints.pages.words import mark as _

Translate = Callable[[str], str]

_PATTERNS: Sequence[str] = (
    _("It ended on %(when)s; changes made after that stay on their side."),
    _("Activities of type “%(type)s” are not synced to the calendar."),
    _("Activities of type “%(type)s” are no longer synced, so the event was removed."),
    _(
        "Activities of type “%(type)s” are no longer selected; with so many events, none is removed before you"
        " confirm it."
    ),
    _("Edits of activities of type “%(type)s” wait; the calendar's edits still come in."),
    _("%(cause)s; its event has guests, whom Microsoft would mail, so it stays in the calendar."),
    _("Both sides changed %(fields)s; the later change stands."),
    _("The change was refused: %(reason)s."),
    _("Select the type “%(type)s”."),
)
"""What the mapper says with something filled in."""

_WARNINGS: Mapping[str, str] = {
    "invite_guests": _("I agree that guests get mail, and that events which waited for this are removed."),
}
"""Settings that do more than let items sync, with what has to be agreed to first."""

_NAME = re.compile(r"%\((\w+)\)s")


class RemedyRead(BaseModel):
    """A remedy as the mapper tells it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    words: str
    setting: str | None = None
    value: Any = None


class ExplanationRead(BaseModel):
    """An explanation as the mapper tells it; what we do not show is left out."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    at: AwareDatetime
    rule: str
    words: str
    remedy: RemedyRead | None = None


@dataclass(frozen=True)
class ShownRemedy:
    """What would help; `applicable` where a click can do it, `warning` what must be agreed to then."""

    words: str
    setting: str | None
    applicable: bool
    warning: str | None


@dataclass(frozen=True)
class Reason:
    """Why an item is as it is, in the reader's language."""

    at: datetime
    rule: str
    words: str
    remedy: ShownRemedy | None


def read(answer: Mapping[str, Any] | None) -> list[ExplanationRead] | None:
    """Return the explanations in an answer of the mapper; None where there is none, or it cannot be read."""
    try:
        return None if answer is None else [ExplanationRead.model_validate(one) for one in answer["items"]]
    except (KeyError, TypeError, ValidationError):
        return None


def is_applicable(remedy: RemedyRead | None) -> bool:
    """Whether changing one setting does it."""
    return remedy is not None and remedy.setting is not None and remedy.value is not None


def warning_of(remedy: RemedyRead) -> str | None:
    """Return what must be agreed to before a setting is changed."""
    return _WARNINGS.get(remedy.setting or "")


def shown(found: Sequence[ExplanationRead], translate: Translate) -> list[Reason]:
    """Return explanations in the reader's language, in their order."""
    return [Reason(one.at, one.rule, in_words(one.words, translate), _remedy(one.remedy, translate)) for one in found]


def in_words(said: str, translate: Translate) -> str:
    """Return what the mapper said in another language; as it is where no catalogue knows it."""
    if (known := translate(said)) != said:
        return known
    for pattern in _PATTERNS:
        if match := _recognised(pattern, said):
            filled = {name: translate(value) for name, value in match.items()}
            return translate(pattern) % filled
    return said


def _recognised(pattern: str, said: str) -> Mapping[str, str] | None:
    expression = "".join(
        f"(?P<{part}>.+)" if number % 2 else re.escape(part) for number, part in enumerate(_NAME.split(pattern))
    )
    match = re.fullmatch(expression, said, re.DOTALL)
    return match.groupdict() if match else None


def _remedy(remedy: RemedyRead | None, translate: Translate) -> ShownRemedy | None:
    if remedy is None:
        return None
    warning = warning_of(remedy)
    return ShownRemedy(
        in_words(remedy.words, translate),
        remedy.setting,
        is_applicable(remedy),
        translate(warning) if warning else None,
    )
