"""Subscriptions and what is pushed (facts 2.1; traps 1 to 6)."""

import html
from collections.abc import Callable

import pytest

from sandbox.microsoft.edge.sender import Answer
from tests.contract.microsoft_simulator.driver import ANN, GraphFailure, Ingress, Json, Microsoft, daily

_LIFECYCLE = "https://crm.test/lifecycle"


async def _quiet(microsoft: Microsoft) -> Ingress:
    ingress = await microsoft.pushed()
    ingress.got.clear()
    return ingress


async def test_both_addresses_are_validated_while_creating(microsoft: Microsoft) -> None:
    """Trap 1: the token has all that can be spoilt in decoding; the address' own query is kept."""
    made = await microsoft.subscribe(notificationUrl="https://crm.test/hook?a=1", lifecycleNotificationUrl=_LIFECYCLE)
    hook, lifecycle = microsoft.ingress.validated
    assert hook.startswith("https://crm.test/hook?a=1&validationToken=")
    assert lifecycle.startswith(f"{_LIFECYCLE}?validationToken=")
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


async def test_a_notification_names_the_event_only(microsoft: Microsoft) -> None:
    made = await microsoft.subscribe()
    event = await microsoft.create(subject="secret")
    (value,) = (await microsoft.pushed()).values
    user = (await microsoft.graph("GET", "/me"))["id"]
    assert value["resource"] == f"Users/{user}/Events/{event['id']}"
    assert (value["subscriptionId"], value["clientState"]) == (made["id"], "secret")
    assert value["resourceData"]["@odata.etag"] == event["@odata.etag"]
    assert set(value) == {
        "subscriptionId",
        "subscriptionExpirationDateTime",
        "clientState",
        "tenantId",
        "changeType",
        "resource",
        "resourceData",
    }


async def test_created_updated_deleted(microsoft: Microsoft, later: Callable[[float], None]) -> None:
    """Traps 3 and 10: Exchange's own bump comes as an update; reads tell nobody."""
    await microsoft.subscribe()
    event = await microsoft.create()
    later(3)
    await microsoft.graph("GET", f"/me/events/{event['id']}")
    await microsoft.graph("PATCH", f"/me/events/{event['id']}", {"subject": "new"})
    await microsoft.graph("DELETE", f"/me/events/{event['id']}")
    assert (await microsoft.pushed()).changes == ["created", "updated", "updated", "deleted"]


async def test_only_what_was_asked_for(microsoft: Microsoft) -> None:
    await microsoft.subscribe(changeType="deleted")
    event = await microsoft.create()
    await microsoft.graph("DELETE", f"/me/events/{event['id']}")
    assert (await microsoft.pushed()).changes == ["deleted"]


async def test_an_occurrence_marks_its_master(microsoft: Microsoft) -> None:
    """A cancelled occurrence is told as an update of its series."""
    master = await microsoft.create(**daily())
    rows = (await microsoft.delta())["value"]
    await microsoft.subscribe()
    await microsoft.graph("DELETE", f"/me/events/{rows[1]['id']}")
    (value,) = (await microsoft.pushed()).values
    assert (value["changeType"], value["resourceData"]["id"]) == ("updated", master["id"])


async def test_one_batch_for_several_subscriptions(microsoft: Microsoft) -> None:
    """Trap 2: of one address."""
    calendar = (await microsoft.graph("GET", "/me/calendar"))["id"]
    await microsoft.subscribe()
    await microsoft.subscribe(resource=f"/me/calendars/{calendar}/events", clientState="other")
    await microsoft.create()
    (batch,) = (await microsoft.pushed()).got
    assert {value["clientState"] for value in batch.values} == {"secret", "other"}


async def test_another_calendar_is_not_watched(microsoft: Microsoft) -> None:
    other = next(
        one["id"] for one in (await microsoft.graph("GET", "/me/calendars"))["value"] if one["name"] == "Projects"
    )
    await microsoft.subscribe(resource=f"me/calendars/{other}/events")
    await microsoft.create()
    await microsoft.create(f"/me/calendars/{other}/events")
    assert len((await microsoft.pushed()).values) == 1


@pytest.mark.parametrize(
    ("trap", "changes"),
    [
        ("push.lost", ["created"]),
        ("push.mixed", ["created", "created"]),
        ("push.duplicate", ["created", "created", "created"]),
        ("push.many", ["created", "updated", "updated", "updated", "created"]),
        ("push.stranger", ["created", "created", "created"]),
        ("push.wrong_state", ["created", "created", "created"]),
        ("push.reorder", ["created", "created"]),
        ("push.late", ["created", "created"]),
        ("subscription.ends_silently", []),
        ("lifecycle.missed", ["missed", "created", "created"]),
        ("lifecycle.removed", ["subscriptionRemoved", "subscriptionRemoved"]),
        ("lifecycle.reauthorization", ["reauthorizationRequired"]),
    ],
)
async def test_push_traps_over_two_changes(microsoft: Microsoft, trap: str, changes: list[str]) -> None:
    """Traps 2, 3, 5 and 6: what reaches the ingress of two changes while the first is trapped."""
    await microsoft.subscribe(lifecycleNotificationUrl=_LIFECYCLE)
    await microsoft.trap(trap)
    first, second = await microsoft.create(), await microsoft.create()
    ingress = await microsoft.pushed()
    assert ingress.changes == changes
    assert (await microsoft.control("GET", "/traps"))["struck"] == {trap: 1}
    told = [value["resourceData"]["id"] for value in ingress.values if "resourceData" in value]
    if trap == "push.reorder":
        assert told == [second["id"], first["id"]]
    if trap == "push.mixed":
        assert len(ingress.got) == 1


async def test_lost_and_missed(microsoft: Microsoft) -> None:
    """Trap 3: `missed` follows a loss, when Graph noticed it."""
    await microsoft.subscribe(lifecycleNotificationUrl=_LIFECYCLE)
    await microsoft.trap("push.lost", missed=True)
    await microsoft.create()
    await microsoft.create()
    assert (await microsoft.pushed()).changes == ["missed", "created"]


@pytest.mark.parametrize("answer", [Answer(500), Answer(404), Answer(0), Answer(202, 3.5)], ids=str)
async def test_what_was_not_taken_in_time_comes_again(microsoft: Microsoft, answer: Answer) -> None:
    """Trap 4: any failure, also a right answer after three seconds."""
    await microsoft.subscribe()
    microsoft.ingress.answers = [answer, answer]
    await microsoft.create()
    assert (await microsoft.pushed()).changes == ["created"] * 3
    assert microsoft.waits == [1, 2]


async def test_retries_end_after_hours(microsoft: Microsoft) -> None:
    """Trap 4: after some four hours the notification is dropped."""
    await microsoft.subscribe()
    microsoft.ingress.answers = [Answer(503)] * 100
    await microsoft.create()
    await microsoft.pushed()
    assert 3.5 * 3600 < sum(microsoft.waits) < 4.5 * 3600


async def test_a_slow_address_is_slowed(microsoft: Microsoft) -> None:
    """Trap 4: more than a tenth of the answers late: notifications are delayed."""
    await microsoft.subscribe()
    microsoft.ingress.answers = [Answer(202, 3.5)] * 2
    for _ in range(9):
        await microsoft.create()
    await _quiet(microsoft)
    microsoft.waits.clear()
    await microsoft.create()
    await microsoft.pushed()
    assert microsoft.waits == [10]


async def test_a_very_slow_address_is_dropped_then_told(microsoft: Microsoft, later: Callable[[float], None]) -> None:
    """Trap 4: for ten minutes notifications are lost; then `missed` says so."""
    await microsoft.subscribe(lifecycleNotificationUrl=_LIFECYCLE)
    microsoft.ingress.answers = [Answer(202, 11)] * 10
    await microsoft.create()
    ingress = await _quiet(microsoft)
    await microsoft.create()
    assert (await microsoft.pushed()).changes == []
    later(601)
    await microsoft.create()
    await microsoft.pushed()
    assert ingress.changes[0] == "missed"
    assert "created" in ingress.changes


async def test_personal_accounts_get_no_lifecycle_notifications(microsoft: Microsoft) -> None:
    """Trap 5."""
    email = "eve@outlook.test"
    await microsoft.control("POST", "/accounts", {"email": email, "kind": "personal"})
    await microsoft.sign_in(email)
    made = await microsoft.subscribe(lifecycleNotificationUrl=_LIFECYCLE)
    for event in ("missed", "subscriptionRemoved"):
        await microsoft.control("POST", f"/subscriptions/{made['id']}/lifecycle", {"event": event})
    assert (await microsoft.pushed()).got == []
    with pytest.raises(GraphFailure) as error:
        await microsoft.graph("GET", f"/subscriptions/{made['id']}")
    assert error.value.refusal[0] == 404


async def test_a_password_reset_removes_subscriptions(microsoft: Microsoft) -> None:
    """Trap 5: subscriptionRemoved, without changeType and resource data."""
    await microsoft.subscribe(lifecycleNotificationUrl=_LIFECYCLE)
    await microsoft.control("POST", f"/accounts/{ANN}/revoke")
    (value,) = (await microsoft.pushed()).values
    assert (value["lifecycleEvent"], value["clientState"]) == ("subscriptionRemoved", "secret")
    assert not {"changeType", "resourceData"} & value.keys()


@pytest.mark.parametrize("way", ["reauthorize", "renew"])
async def test_nothing_comes_until_reauthorised(microsoft: Microsoft, way: str) -> None:
    """Trap 5."""
    made = await microsoft.subscribe(lifecycleNotificationUrl=_LIFECYCLE)
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


async def _calendar_of(microsoft: Microsoft, name: str) -> str:
    rows = (await microsoft.graph("GET", "/me/calendars"))["value"]
    return next(str(one["id"]) for one in rows if one["name"] == name)


async def test_the_list_of_calendars_can_be_watched(microsoft: Microsoft) -> None:
    """Facts 2.1: a new calendar is told as updated."""
    await microsoft.subscribe(resource="/me/calendars", changeType="updated,deleted")
    path = f"/accounts/{ANN}/calendars"
    made = await microsoft.control("POST", path, {"summary": "new"})
    await microsoft.create()
    await microsoft.control("DELETE", f"{path}/{made['id']}")
    ingress = await microsoft.pushed()
    assert ingress.changes == ["updated", "deleted"]
    assert {value["resourceData"]["id"] for value in ingress.values} == {made["id"]}


async def test_what_cannot_be_watched(microsoft: Microsoft) -> None:
    """Facts 2.1: holidays are an ExtensionError, somebody else's calendar is denied."""
    holidays = await _calendar_of(microsoft, "United States holidays")
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
    """Trap 6 and facts 2.1: refused for good, or the handshake's connection closed."""
    await microsoft.trap(trap)
    calendar = await _calendar_of(microsoft, "Calendar")
    with pytest.raises(GraphFailure) as error:
        await microsoft.subscribe(resource=f"/me/calendars/{calendar}/events")
    assert error.value.refusal == (400, code)


async def test_expiration_is_cut(microsoft: Microsoft) -> None:
    """Trap 6."""
    await microsoft.trap("subscription.cut_expiration", seconds=60)
    assert (await microsoft.subscribe())["expirationDateTime"] == "2026-11-23T09:01:00Z"


async def test_lifecycle_address_cannot_be_added(microsoft: Microsoft) -> None:
    made = await microsoft.subscribe()
    body = {"lifecycleNotificationUrl": _LIFECYCLE, "expirationDateTime": "2026-11-26T09:00:00Z"}
    with pytest.raises(GraphFailure) as error:
        await microsoft.graph("PATCH", f"/subscriptions/{made['id']}", body)
    assert error.value.refusal[0] == 400


async def test_ids_are_as_the_subscription_asked(microsoft: Microsoft) -> None:
    """Trap 8: without `Prefer` on creating it, notifications carry default ids."""
    body = {
        "changeType": "created",
        "notificationUrl": "https://crm.test/hook",
        "resource": "/me/events",
        "expirationDateTime": "2026-11-25T09:00:00Z",
    }
    await microsoft.graph("POST", "/subscriptions", body)
    event = await microsoft.create()
    (value,) = (await microsoft.pushed()).values
    default = await microsoft.graph("GET", f"/me/events/{event['id']}")
    assert value["resourceData"]["id"] == default["id"] != event["id"]
