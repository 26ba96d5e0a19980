"""Subscriptions and what is pushed (providers/graph.md 2.1; traps 1 to 6)."""

import html
from collections.abc import Callable

import pytest

from simulators.microsoft.http.sender import Answer
from tests.contract.microsoft_simulator.driver import LIFECYCLE, GraphFailure, Microsoft
from tests.support.simulator_driver import ANN, Json


async def test_both_addresses_are_validated_while_creating(microsoft: Microsoft) -> None:
    """Trap 1: the token has all that can be spoilt in decoding; the address' own query is kept."""
    made = await microsoft.subscribe(notificationUrl="https://crm.test/hook?a=1", lifecycleNotificationUrl=LIFECYCLE)
    hook, lifecycle = microsoft.ingress.validated
    assert hook.startswith("https://crm.test/hook?a=1&validationToken=")
    assert lifecycle.startswith(f"{LIFECYCLE}?validationToken=")
    assert "%2B" in hook
    assert made["expirationDateTime"] == "2026-11-25T09:00:00Z"


@pytest.mark.parametrize(
    "echo",
    [
        lambda token: Answer(200, 0, "text/plain", token.replace("+", " ")),
        lambda token: Answer(200, 0, "text/plain", f'"{token}"'),
        lambda token: Answer(202, 0, "text/plain", token),
        lambda token: Answer(200, 0, "application/json", token),
        lambda token: Answer(200, 10.5, "text/plain", token),
        lambda _: Answer(0),
    ],
    ids=["not decoded", "quoted", "202", "json", "too late", "no answer"],
)
async def test_a_wrong_echo_makes_no_subscription(microsoft: Microsoft, echo: Callable[[str], Answer]) -> None:
    """Trap 1."""
    microsoft.ingress.echo = echo
    with pytest.raises(GraphFailure) as error:
        await microsoft.subscribe()
    assert error.value.refusal == (400, "ValidationError")
    assert await microsoft.control("GET", "/subscriptions") == []


async def test_an_escaped_echo_is_right(microsoft: Microsoft) -> None:
    microsoft.ingress.echo = lambda token: Answer(200, 0, "text/plain", html.escape(token))
    assert (await microsoft.subscribe())["id"]


async def test_validation_may_come_again(microsoft: Microsoft) -> None:
    await microsoft.trap("validation.again")
    await microsoft.subscribe()
    assert len(microsoft.ingress.validated) == 2


async def test_personal_accounts_get_no_lifecycle_notifications(microsoft: Microsoft) -> None:
    """Trap 5."""
    email = "eve@outlook.test"
    await microsoft.control("POST", "/accounts", {"email": email, "kind": "personal"})
    await microsoft.sign_in(email)
    made = await microsoft.subscribe(lifecycleNotificationUrl=LIFECYCLE)
    for event in ("missed", "subscriptionRemoved"):
        await microsoft.control("POST", f"/subscriptions/{made['id']}/lifecycle", {"event": event})
    assert (await microsoft.pushed()).got == []
    with pytest.raises(GraphFailure) as error:
        await microsoft.graph("GET", f"/subscriptions/{made['id']}")
    assert error.value.refusal[0] == 404


async def test_a_password_reset_removes_subscriptions(microsoft: Microsoft) -> None:
    """Trap 5: subscriptionRemoved, without changeType and resource data."""
    await microsoft.subscribe(lifecycleNotificationUrl=LIFECYCLE)
    await microsoft.control("POST", f"/accounts/{ANN}/revoke")
    (value,) = (await microsoft.pushed()).values
    assert (value["lifecycleEvent"], value["clientState"]) == ("subscriptionRemoved", "secret")
    assert not {"changeType", "resourceData"} & value.keys()


@pytest.mark.parametrize("way", ["reauthorize", "renew"])
async def test_nothing_comes_until_reauthorised(microsoft: Microsoft, way: str) -> None:
    """Trap 5."""
    made = await microsoft.subscribe(lifecycleNotificationUrl=LIFECYCLE)
    path = f"/subscriptions/{made['id']}"
    await microsoft.control("POST", f"{path}/lifecycle", {"event": "reauthorizationRequired"})
    await microsoft.create()
    assert (await microsoft.pushed()).changes == ["reauthorizationRequired"]
    if way == "renew":
        await microsoft.graph("PATCH", path, {"expirationDateTime": "2026-11-26T09:00:00Z"})
    else:
        await microsoft.graph("POST", f"{path}/reauthorize")
    await microsoft.create()
    assert (await microsoft.pushed()).changes == ["reauthorizationRequired", "created"]


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("2026-11-23T09:10:00Z", "2026-11-23T09:45:00Z"),
        ("2026-11-24T09:00:00.0000000Z", "2026-11-24T09:00:00Z"),
        ("2027-11-24T09:00:00Z", "2026-11-30T09:00:00Z"),
    ],
)
async def test_expiry_limits(microsoft: Microsoft, asked: str, given: str) -> None:
    """Trap 6: at least 45 minutes, at most seven days."""
    assert (await microsoft.subscribe(expirationDateTime=asked))["expirationDateTime"] == given


async def test_expiry_is_silent_and_final(microsoft: Microsoft, later: Callable[[float], None]) -> None:
    """Trap 6: no notice, and what is gone cannot be renewed."""
    made = await microsoft.subscribe(expirationDateTime="2026-11-23T09:45:00Z")
    later(45 * 60)
    await microsoft.create()
    assert (await microsoft.pushed()).got == []
    for verb, body in (("PATCH", {"expirationDateTime": "2026-11-26T09:00:00Z"}), ("DELETE", None)):
        with pytest.raises(GraphFailure) as error:
            await microsoft.graph(verb, f"/subscriptions/{made['id']}", body)
        assert error.value.refusal[0] == 404


async def test_the_same_again_is_a_conflict(microsoft: Microsoft) -> None:
    """Trap 6."""
    made = await microsoft.subscribe()
    with pytest.raises(GraphFailure, match=made["id"]) as error:
        await microsoft.subscribe(notificationUrl="https://crm.test/other")
    assert error.value.refusal[0] == 409
    await microsoft.graph("DELETE", f"/subscriptions/{made['id']}")
    assert (await microsoft.subscribe())["id"] != made["id"]


async def test_only_the_opener_sees_a_subscription(microsoft: Microsoft) -> None:
    made = await microsoft.subscribe()
    await microsoft.control("POST", "/accounts", {"email": "eve@example.com"})
    await microsoft.sign_in("eve@example.com")
    with pytest.raises(GraphFailure) as error:
        await microsoft.graph("GET", f"/subscriptions/{made['id']}")
    assert error.value.refusal[0] == 404


async def test_what_cannot_be_watched(microsoft: Microsoft) -> None:
    """Facts 2.1: holidays are an ExtensionError, somebody else's calendar is denied."""
    holidays = await microsoft.calendar_of("United States holidays")
    await microsoft.control("POST", "/accounts", {"email": "eve@example.com"})
    hers = (await microsoft.control("GET", "/accounts/eve@example.com/calendars"))[0]["id"]
    shared = {"id": hers, "role": "writer"}
    shared_id = (await microsoft.control("POST", f"/accounts/{ANN}/calendars", shared))["id"]
    refusals = []
    for calendar in (holidays, shared_id):
        with pytest.raises(GraphFailure) as error:
            await microsoft.subscribe(resource=f"/me/calendars/{calendar}/events")
        refusals.append(error.value.refusal)
    assert refusals == [(400, "ExtensionError"), (403, "ErrorAccessDenied")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"changeType": "renamed"},
        {"clientState": "x" * 129},
        {"expirationDateTime": "2026-11-22T09:00:00Z"},
        {"notificationUrl": None},
        {"resource": "/me/calendars"},
        {"resource": "/me/messages"},
        {"notificationURL": "https://crm.test"},
    ],
    ids=str,
)
async def test_malformed_subscriptions(microsoft: Microsoft, wrong: Json) -> None:
    with pytest.raises(GraphFailure) as error:
        await microsoft.subscribe(**wrong)
    assert error.value.refusal[0] == 400
    assert microsoft.ingress.validated == []


@pytest.mark.parametrize(
    ("trap", "code"), [("subscription.refused", "ExtensionError"), ("subscription.unreachable", "InvalidRequest")]
)
async def test_creation_traps(microsoft: Microsoft, trap: str, code: str) -> None:
    """Trap 6 and providers/graph.md 2.1: refused for good, or the handshake's connection closed."""
    await microsoft.trap(trap)
    calendar = await microsoft.calendar_of("Calendar")
    with pytest.raises(GraphFailure) as error:
        await microsoft.subscribe(resource=f"/me/calendars/{calendar}/events")
    assert error.value.refusal == (400, code)


async def test_expiration_is_cut(microsoft: Microsoft) -> None:
    """Trap 6."""
    await microsoft.trap("subscription.cut_expiration", seconds=60)
    assert (await microsoft.subscribe())["expirationDateTime"] == "2026-11-23T09:01:00Z"


async def test_lifecycle_address_cannot_be_added(microsoft: Microsoft) -> None:
    made = await microsoft.subscribe()
    body = {"lifecycleNotificationUrl": LIFECYCLE, "expirationDateTime": "2026-11-26T09:00:00Z"}
    with pytest.raises(GraphFailure) as error:
        await microsoft.graph("PATCH", f"/subscriptions/{made['id']}", body)
    assert error.value.refusal[0] == 400
