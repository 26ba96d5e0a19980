"""A company's activity types (C3): six defaults that every company has, and its own."""

import re
import unicodedata
from datetime import datetime
from typing import Self, TypedDict

from chassis.persistence.document import Document
from contracts.activity_types import DEFAULT_COLOURS, DEFAULT_TYPES, ActivityType

MAX_TYPES = 500


class TypeChanges(TypedDict, total=False):
    """What may be changed of a type; the key stays for good, since activities name it."""

    name: str
    icon_key: str | None
    color: str | None
    active: bool


class TypeEntry(ActivityType):
    """A type and its version, which ETags are made of."""

    version: int = 1

    def edited(self, changes: TypeChanges) -> Self:
        """Return the type with new values, one version on; itself where they are equal."""
        wanted = self.model_copy(update=dict(changes))
        return self if wanted == self else wanted.model_copy(update={"version": self.version + 1})


class ActivityTypes(Document):
    """All types of one company: one document, since topic and validation always need them together."""

    company_id: str
    types: tuple[TypeEntry, ...]
    changed_at: datetime

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all types, active or not."""
        return frozenset(entry.key_string for entry in self.types)

    @property
    def active_keys(self) -> frozenset[str]:
        """The keys of the types that new activities may have."""
        return frozenset(entry.key_string for entry in self.types if entry.active)

    def as_defaults(self, now: datetime) -> Self:
        """Return the types as before the company made its own, to be published; itself where it has made none."""
        entries = _default_entries()
        if self.types == entries:
            return self
        return self.model_copy(update={"types": entries, "changed_at": now}).with_state_unpublished()

    def find(self, key_string: str) -> TypeEntry | None:
        """Return the type with this key."""
        return next((entry for entry in self.types if entry.key_string == key_string), None)


def default_types(company_id: str, now: datetime) -> ActivityTypes:
    """Return what a company has before it made types of its own."""
    entries = _default_entries()
    return ActivityTypes(id=company_id, company_id=company_id, types=entries, changed_at=now).with_state_unpublished()


def _default_entries() -> tuple[TypeEntry, ...]:
    return tuple(
        TypeEntry(key_string=key, name=key.capitalize(), icon_key=key, color=color)
        for key, color in zip(DEFAULT_TYPES, DEFAULT_COLOURS, strict=True)
    )


def key_from(name: str) -> str | None:
    """Return the key that a type's name suggests, None where it holds no letter or digit that a key may have."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    key = re.sub(r"[^a-z0-9]+", "_", ascii_name).strip("_")[:64]
    return key or None


def with_type(types: ActivityTypes, entry: TypeEntry, now: datetime) -> ActivityTypes:
    """Return the types with one added, or replaced by a version of it that is one on."""
    others = [other for other in types.types if other.key_string != entry.key_string]
    if len(others) == len(types.types):
        changed = (*types.types, entry)
    else:
        changed = tuple(entry if other.key_string == entry.key_string else other for other in types.types)
    return types.model_copy(update={"types": changed, "changed_at": now}).with_state_unpublished()
