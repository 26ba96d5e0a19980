"""Puts what a file holds into a simulated account, one event at a time: what is refused stops nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

import httpx

from sandbox.ics.errors import Refused
from sandbox.ics.reading import Draft, Override


@dataclass(frozen=True)
class Loaded:
    """What became of a file: how many events went in, and which did not, with the reason."""

    events: int = 0
    refused: tuple[Refused, ...] = ()

    def without(self, title: str, reason: str) -> "Loaded":
        """Return this with one more event that did not go in."""
        return replace(self, refused=(*self.refused, Refused(title, reason)))


async def load(simulator: httpx.AsyncClient, email: str, drafts: Sequence[Draft | Refused]) -> Loaded:
    """Create every event in the account's primary calendar, as its person would."""
    loaded = Loaded(refused=tuple(one for one in drafts if isinstance(one, Refused)))
    events = f"/control/accounts/{email}/calendars/primary/events"
    for draft in drafts:
        if isinstance(draft, Draft):
            loaded = await _create(simulator, events, draft, loaded)
    return loaded


async def _create(simulator: httpx.AsyncClient, events: str, draft: Draft, loaded: Loaded) -> Loaded:
    answer = await simulator.post(events, json=draft.event)
    if answer.is_error:
        return loaded.without(draft.title, _reason(answer))
    loaded = replace(loaded, events=loaded.events + 1)
    for override in draft.overrides:
        reason = await _override(simulator, events, str(answer.json()["id"]), draft, override)
        loaded = loaded.without(f"{draft.title} ({override.original})", reason) if reason else loaded
    return loaded


async def _override(
    simulator: httpx.AsyncClient, events: str, series: str, draft: Draft, override: Override
) -> str | None:
    """Change or take out an occurrence. One that its rule does not have becomes an event of its own."""
    occurrence = f"{events}/{series}_{override.original}"
    if override.changes is None:
        answer = await simulator.delete(occurrence)
        return None if answer.status_code == HTTPStatus.NOT_FOUND or not answer.is_error else _reason(answer)
    answer = await simulator.patch(occurrence, json=override.changes)
    if answer.status_code == HTTPStatus.NOT_FOUND:
        alone = {name: value for name, value in draft.event.items() if name != "recurrence"}
        answer = await simulator.post(events, json=alone | override.changes)
    return _reason(answer) if answer.is_error else None


def _reason(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"the calendar answered {answer.status_code}"
