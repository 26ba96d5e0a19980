"""Puts what a file holds into a simulated account, one event at a time: what is refused stops nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from sandbox.ics.reading import Draft, Refused


@dataclass(frozen=True)
class Loaded:
    """What became of a file: how many events went in, and which did not, with the reason."""

    events: int
    refused: tuple[Refused, ...]


async def load(simulator: httpx.AsyncClient, email: str, drafts: Sequence[Draft | Refused]) -> Loaded:
    """Create every event in the account's primary calendar, as its person would."""
    refused, events = [one for one in drafts if isinstance(one, Refused)], 0
    for draft in drafts:
        if isinstance(draft, Draft):
            problem = await _create(simulator, f"/control/accounts/{email}/calendars/primary/events", draft)
            events += problem is None
            refused += [problem] if problem else []
    return Loaded(events, tuple(refused))


async def _create(simulator: httpx.AsyncClient, events: str, draft: Draft) -> Refused | None:
    answer = await simulator.post(events, json=draft.event)
    if answer.is_error:
        return Refused(draft.title, _reason(answer))
    event_id = answer.json()["id"]
    for override in draft.overrides:
        occurrence = f"{events}/{event_id}_{override.original}"
        if override.changes is None:
            await simulator.delete(occurrence)
        else:
            changes = {name: value for name, value in override.changes.items() if name != "recurrence"}
            await simulator.patch(occurrence, json=changes)
    return None


def _reason(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"the calendar answered {answer.status_code}"
