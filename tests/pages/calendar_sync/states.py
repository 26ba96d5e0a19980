"""Somebody in each state that a connection can be in, and every page: for axe and for the screenshots."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from tests.pages.calendar_sync.world import HOME, User, World

_AN_HOUR = "3600"


def in_sync(world: World) -> User:
    """Somebody in sync, with some traffic."""
    ann = world.user()
    ann.connect()
    ann.activities(3)
    world.elapse(30)
    return ann


def first_sync(world: World) -> User:
    """Somebody whose calendar is being read for the first time; for some requests only, since each takes time."""
    ann = world.user()
    ann.answers_after(milliseconds=5_000)
    ann.connect(wait=0)
    ann.answers_after(milliseconds=0)
    return ann.who_is("initial_sync")


def deciding(world: World) -> User:
    """Somebody whose many deletions wait for his word (H4)."""
    ann = world.user()
    ann.connect()
    ann.activities(22)
    world.elapse(60)
    ann.choose(outbound_types=["call"])
    return ann.who_is("needs_confirmation")


def connecting(world: World) -> User:
    """Somebody who has not signed in yet."""
    ann = world.user()
    with ann.api(1) as api:
        api.post("/v1/connections", json={"provider": "google", "email": ann.email}).raise_for_status()
    return ann.who_is("connecting")


def by_password(world: World) -> User:
    """Somebody with an Exchange mailbox."""
    ann = world.user()
    ann.connect("exchange")
    return ann


def locked_out(world: World) -> User:
    """Somebody whose consent was withdrawn (K2)."""
    ann = in_sync(world)
    ann.withdraw()
    ann.sync_now()
    return ann.who_is("needs_reauth")


def out_of_reach(world: World) -> User:
    """Somebody whose chosen calendar was deleted (L2)."""
    ann = in_sync(world)
    with ann.simulator() as calendars:
        other = calendars.post("", json={"summary": "Team"}).raise_for_status().json()["id"]
    ann.choose(calendar_id=other)
    with ann.simulator() as calendars:
        calendars.delete(f"/{other}").raise_for_status()
    ann.sync_now()
    return ann.who_is("calendar_unavailable")


def throttled(world: World) -> User:
    """Somebody whose provider asked for an hour's rest."""
    ann = in_sync(world)
    ann.slow_down(_AN_HOUR)
    ann.sync_now()
    return ann.who_is("throttled")


def stopping(world: World) -> User:
    """Somebody whose events are to go, while the provider lets none go (K1)."""
    ann = in_sync(world)
    ann.slow_down(_AN_HOUR)
    ann.stop("events")
    return ann.who_is("stopping")


def stopped(world: World) -> User:
    """Somebody who stopped."""
    ann = in_sync(world)
    ann.stop("none")
    world.elapse(20)
    return ann.who_is("stopped")


PEOPLE: Mapping[str, Callable[[World], User]] = {
    made.__name__: made
    for made in (
        in_sync, deciding, connecting, by_password, locked_out, out_of_reach, throttled, stopping, stopped
    )
}  # fmt: skip


class States:
    """All of them, each made when first asked for."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[str, User] = {}

    def __getitem__(self, name: str) -> User:
        if name not in self._known:
            self._known[name] = PEOPLE[name](self._world)
        return self._known[name]

    def signing_in(self) -> tuple[User, str]:
        """Return somebody at the step before the provider, and where that is; the link is good for ten minutes."""
        ann = self._world.user()
        ann.sign_up("google")
        with ann.session() as http:
            led = http.post(f"{HOME}/add/google", data=ann.proof | {"email": ann.email})
        return ann, led.headers["location"]

    def asked_for(self) -> tuple[None, str]:
        """Return where somebody signed out is asked whether he wants the sign-in that a program began (A4)."""
        ann = self._world.user()
        with ann.api(1) as api:
            body: Any = api.post("/v1/connections", json={"provider": "google", "email": ann.email}).json()
        return None, body["authorization_url"]


class Shown(NamedTuple):
    """A page in a state; without a user it is seen signed out, and the address is whole."""

    name: str
    user: User | None
    path: str


def pages(world: World, states: States) -> Iterator[Shown]:
    """Yield every page in every state."""
    nobody = world.user()
    yield Shown("signed-out", None, f"{world.connector}{HOME}")
    yield Shown("signed-out-after-consent", None, f"{world.connector}{HOME}?connection=1")
    yield Shown("week-signed-out", None, f"{world.url(3)}/activities")
    yield Shown("add-account", nobody, HOME)
    yield Shown("sign-in-failed", nobody, f"{HOME}?problem=account_mismatch")
    yield Shown("add-google", nobody, f"{HOME}/add/google")
    yield Shown("add-exchange", nobody, f"{HOME}/add/exchange")
    yield Shown("not-found", nobody, f"{HOME}/nowhere")
    yield Shown("help", nobody, f"{HOME}/help")
    yield Shown("sign-in", *states.signing_in())
    yield Shown("sign-in-asked-for", *states.asked_for())
    yield Shown("stop", states["in_sync"], f"{HOME}/stop")
    yield Shown("reconnect", states["by_password"], f"{HOME}/reconnect")
    yield Shown("first-sync", first_sync(world), HOME)
    for name in PEOPLE:
        yield Shown(name.replace("_", "-"), states[name], HOME)
