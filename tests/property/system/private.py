"""What people do to an event that is private or turns so, and what the CRM may show of it in each mode (G2)."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from sandbox.clients import Json
from tests.property.system.forms import not_kept, of_activity, slot_time
from tests.property.system.hands import patiently
from tests.property.system.oracle import Choices, Content, lies_ahead
from tests.property.system.reach import Reach
from tests.property.system.stage import Stage

_TEXTS = ("title", "location", "description")
_HIDDEN = ("subject", "location", "public_description")

View = dict[str, object]
"""What an activity shows: mapped fields, guests, whether it is marked as private."""


@dataclass
class Secret:
    """An event whose texts all hold one word that nothing else holds."""

    event: str
    word: str
    content: Content
    private: bool
    activity: str = ""
    """The activity of its link, once there is one."""
    shown: View | None = None
    """What the CRM showed of it when both sides were seen last."""

    def whole(self) -> View:
        """Return all that an activity may show of it."""
        return self.content | {"guests": [_guest(self.word)], "private": False}


class PrivatePlay:
    """One event at a time, known by its id and its link, since its title may be hidden."""

    def __init__(self, stage: Stage, reach: Reach, numbers: Iterator[int], choices: Choices) -> None:
        self._stage, self._reach, self._numbers, self._choices = stage, reach, numbers, choices
        self._secret: Secret | None = None
        self._over: list[Secret] = []
        self._alone: dict[str, View] = {}
        """Activities that nobody syncs any more: their event is deleted, and they were not."""
        self._doubtful: set[str] = set()
        """Those whose link was closed before: nobody sees whether the deletion was read or the event is shown again."""
        self._words: set[str] = set()
        """Those of events that were hidden ever since they were created."""

    @property
    def depends_on_the_past(self) -> bool:
        """Whether what was read of the event before the next act decides what becomes of it."""
        return self._choices.private_events == "skip" or self._choices.on_event_deleted == "keep"

    @property
    def has_history(self) -> bool:
        """Whether some of what it knows is over."""
        return any(map(self._is_over, self._secrets))

    @property
    def _secrets(self) -> list[Secret]:
        return [*self._over, *([self._secret] if self._secret else [])]

    async def act(self, what: str, *, private: bool) -> None:
        """Do something to the event, or create it if there is none that lies ahead."""
        if self._secret and self._is_over(self._secret):
            self._over.append(self._secret)
            self._secret = None
        if self._secret is None:
            what, self._secret = "create", await self._create(private=private)
        else:
            work = {"edit": self._edit, "move": self._move, "turn": self._turn, "delete": self._delete}
            await work[what](self._secret)
        self._reach.note(f"private:{what}")

    async def _create(self, *, private: bool) -> Secret:
        number = next(self._numbers)
        word = f"canary{number}x"
        content: Content = {name: f"p: {word} {name}" for name in _TEXTS}
        content |= {"busy": True, "time": self._time()}
        more = {"visibility": _visibility(private=private), "attendees": [{"email": _guest(word)}]}
        made = await self._stage.create_event(content, **more)
        secret = Secret(made["id"], word, content, private)
        if self._hides(secret):
            self._words.add(word)
        return secret

    def _time(self) -> tuple[str, str]:
        number = next(self._numbers)
        return slot_time(number, self._stage.clock.today(), all_day=number % 5 == 0)

    async def _edit(self, secret: Secret) -> None:
        number = next(self._numbers)
        name = _TEXTS[number % 3]
        secret.content[name] = f"p: {secret.word} {number}"
        await self._stage.edit_event(secret.event, name, secret.content[name])

    async def _move(self, secret: Secret) -> None:
        secret.content["time"] = self._time()
        await self._stage.edit_event(secret.event, "time", secret.content["time"])

    async def _turn(self, secret: Secret) -> None:
        secret.private = not secret.private
        if not secret.private:
            self._words.discard(secret.word)
        await self._stage.world.calendar.change(secret.event, visibility=_visibility(private=secret.private))

    async def _delete(self, secret: Secret) -> None:
        skipped = self._is_skipped(secret)
        if secret.shown and (skipped or self._choices.on_event_deleted == "keep"):
            self._alone[secret.activity] = secret.shown
            self._doubtful |= {secret.activity} if skipped else set()
        await self._stage.delete_event(secret.event)
        self._secret = None

    async def ask(self) -> None:
        """Try to edit a hidden field in the CRM, once both sides are settled: refused as long as they are linked."""
        secret = self._secret
        if secret is None or secret.shown is None or not self._is_masked(secret) or self._is_over(secret):
            return
        name = _HIDDEN[next(self._numbers) % 3]
        answer = await self._stage.crm("PATCH", f"/v1/activities/{secret.activity}", json={name: "Mine"})
        assert answer.status_code == httpx.codes.CONFLICT, answer.text
        assert answer.json()["code"] == "private_read_only", answer.text
        self._reach.note("private:ask")

    def _is_masked(self, secret: Secret) -> bool:
        two_way = self._choices.direction == "two_way"
        return two_way and secret.private and self._choices.private_events == "private"

    def _hides(self, secret: Secret) -> bool:
        return secret.private and self._choices.private_events != "public"

    def _is_skipped(self, secret: Secret) -> bool:
        return secret.private and self._choices.private_events == "skip"

    def _is_over(self, secret: Secret) -> bool:
        return not lies_ahead(secret.content["time"], self._stage.clock.now())

    async def recognise(self) -> None:
        """Learn from its link which activity is an event's."""
        sales = self._stage.world.sales
        for secret in self._secrets:
            if not secret.activity:
                event = secret.event
                link = await patiently(lambda event=event: sales.link(event_id=event), "a link")  # type: ignore[misc]
                secret.activity = link["activity_id"] if link else ""

    def problems(self, activities: list[Json]) -> list[str]:
        """Say where the CRM shows what it must not, or not what it must."""
        there = {one["id"]: one for one in activities}
        known = {one.activity for one in self._secrets} | self._alone.keys()
        wrong = [f"{one} should not be there" for key, one in there.items() if key not in known]
        wrong += [self._problem_alone(key, view, there.get(key)) for key, view in self._alone.items()]
        wrong += [self._problem(one, there.get(one.activity)) for one in self._secrets]
        return [one for one in wrong if one]

    def _problem_alone(self, key: str, view: View, activity: Json | None) -> str:
        if key in self._doubtful:
            return _wrong(key, view, activity) if activity else ""
        return _wrong(key, view, activity) or (not_kept(activity) if activity else "")

    def _problem(self, secret: Secret, activity: Json | None) -> str:
        if self._is_over(secret):
            return self._problem_of_the_past(secret, activity)
        wanted = self._wanted(secret)
        wrong = _wrong(secret.event, wanted, activity)
        if wrong or activity is None or self._choices.direction == "one_way":
            return wrong
        sync = activity["sync"] or {}
        state = ("closed", "private_skipped") if self._is_skipped(secret) else ("active", None)
        return "" if (sync.get("state"), sync.get("reason")) == state else f"{secret} is not {state}, but {sync}"

    def _wanted(self, secret: Secret) -> View | None:
        """Return what the CRM is to show: of what sleeps or is passed over what it had, and no more than is allowed."""
        still = self._choices.direction == "one_way" or self._is_skipped(secret)
        view = secret.shown if still else secret.whole()
        return _masked(view) if view and self._hides(secret) else view

    def _problem_of_the_past(self, secret: Secret, activity: Json | None) -> str:
        """Of what is over (D2) only that it stays, and shows nothing that is hidden."""
        if activity is None:
            return f"{secret} is gone" if secret.shown else ""
        view = _view(activity)
        return f"{secret} shows {view}" if self._hides(secret) and view != _masked(view) else ""

    def taken_out(self, activities: list[Json]) -> None:
        """Check that a stop left only what is the CRM's own by now (K1)."""
        there = {one["id"] for one in activities}
        assert self._alone.keys() - self._doubtful <= there <= self._alone.keys(), activities
        for secret in self._secrets:
            secret.shown = None

    def seen(self, activities: list[Json]) -> None:
        """Take over what is shown; what was always hidden must be nowhere."""
        there = {one["id"]: _view(one) for one in activities}
        for secret in self._secrets:
            secret.shown = there.get(secret.activity)
            self._reach.note(f"private:{self._choices.private_events}:{'masked' if self._hides(secret) else 'open'}")
        if self._choices.private_events == "public":
            self._words.clear()
        for word in self._words:
            found = self._stage.ground.mentions(word)
            assert not found, f"{word} was to stay in the calendar, but is in {found}"
            self._reach.note("private:nowhere")


def _wrong(name: str, wanted: View | None, activity: Json | None) -> str:
    view = _view(activity) if activity else None
    return "" if view == wanted else f"{name}: the CRM shows {view}, not {wanted}"


def _view(activity: Json) -> View:
    guests = sorted(one["email"] for one in activity["attendees"])
    return of_activity(activity) | {"guests": guests, "private": activity["private"]}


def _masked(view: View) -> View:
    return view | {"title": "Private", "location": "", "description": "", "guests": [], "private": True}


def _guest(word: str) -> str:
    return f"{word}@example.com"


def _visibility(*, private: bool) -> str:
    return "private" if private else "default"
