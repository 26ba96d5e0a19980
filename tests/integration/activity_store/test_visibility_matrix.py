"""Who sees what through every way in (G1, G3, G4): each kind of viewer, each kind of linked item, each endpoint."""

from dataclasses import dataclass
from typing import Any

import pytest

from chassis.ids import new_id
from contracts import topics
from contracts.activities import Schedule
from contracts.activity_commands import ActivityChanges, ActivityPut
from contracts.activity_outcomes import ActivityCommandSettled
from tests.integration.activity_store.support import Crm, TopicReader

DAY, AT = "2030-05-01", "09:00"


@dataclass(frozen=True)
class Viewer:
    """Somebody who looks: 7 owns the activities, 8 is in group g1."""

    user: str
    role: str = "regular"


OWNER, COLLEAGUE, STRANGER, ADMIN = Viewer("7"), Viewer("8"), Viewer("9"), Viewer("1", "admin")
ALL = {OWNER, COLLEAGUE, STRANGER, ADMIN}
DEAL: dict[str, Any] = {"deal_id": "d"}

CASES: dict[str, tuple[dict[str, Any], dict[str, dict[str, Any]], set[Viewer]]] = {
    "no linked item": ({}, {}, ALL),
    "for everyone": (DEAL, {"deal/d": {}}, ALL),
    "for its owner": (DEAL, {"deal/d": {"visible_to": "owner", "owner_id": "8"}}, {OWNER, COLLEAGUE}),
    "for its owner, the same": (DEAL, {"deal/d": {"visible_to": "owner", "owner_id": "7"}}, {OWNER}),
    "for its owner, an administrator": (DEAL, {"deal/d": {"visible_to": "owner", "owner_id": "1"}}, {OWNER, ADMIN}),
    "for a group": (DEAL, {"deal/d": {"visible_to": "group", "group_id": "g1"}}, {OWNER, COLLEAGUE}),
    "for another group": (DEAL, {"deal/d": {"visible_to": "group", "group_id": "g2"}}, {OWNER}),
    "unknown": (DEAL, {}, {OWNER}),
    "one of two hidden": (
        DEAL | {"org_id": "o"},
        {"deal/d": {}, "organization/o": {"visible_to": "owner", "owner_id": "9"}},
        {OWNER, STRANGER},
    ),
    "a hidden lead": ({"lead_id": "l"}, {"lead/l": {"visible_to": "owner", "owner_id": "8"}}, {OWNER, COLLEAGUE}),
    "a hidden person": (
        {"person_id": "p"},
        {"person/p": {"visible_to": "group", "group_id": "g1"}},
        {OWNER, COLLEAGUE},
    ),
    "an unknown participant": ({"participants": [{"person_id": "p"}]}, {}, {OWNER}),
}


class Stage:
    """A company with a hidden (or not) activity of user 7, and an open one at the same time."""

    def __init__(self, crm: Crm, secret: str, plain: str) -> None:
        self.crm, self.secret, self.plain = crm, secret, plain

    async def ask(self, viewer: Viewer, method: str, path: str, **more: Any) -> Any:
        return await self.crm.ask(method, path, user=viewer.user, role=viewer.role, **more)

    async def ways_in(self, viewer: Viewer) -> dict[str, bool]:
        """Through which ways a viewer gets at the activity."""
        lists = {
            "list": "/v1/activities",
            "list by owner": "/v1/activities?owner_id=7",
            "list by id": f"/v1/activities?ids={self.secret}",
            "list by page": "/v1/activities?limit=500",
            "list by time": f"/v1/activities?updated_since=2020-01-01&start_date={DAY}&end_date={DAY}&done=false",
            "conflicts": f"/v1/conflicts?owner_id=7&from={DAY}&to=2030-05-02",
        }
        single = f"/v1/activities/{self.secret}"
        found = {name: self.secret in (await self.ask(viewer, "GET", path)).text for name, path in lists.items()}
        answer = await self.ask(viewer, "PATCH", f"/v1/activities/{self.plain}", json={"note": f"by {viewer.user}"})
        got = await self.ask(viewer, "GET", single)
        edited = await self.ask(viewer, "PATCH", single, json={"note": f"by {viewer.user}"})
        assert {got.status_code, edited.status_code} <= {200, 404}
        return found | {
            "get": got.status_code == 200,
            "patch": edited.status_code == 200,
            "conflicts of an answer": self.secret in answer.text,
        }

    async def check(self, seeing: set[Viewer]) -> None:
        for viewer in ALL:
            ways = await self.ways_in(viewer)
            assert set(ways.values()) == {viewer in seeing}, (viewer, ways)
        for viewer in ALL - seeing:
            refused = await self.ask(viewer, "DELETE", f"/v1/activities/{self.secret}")
            unknown = await self.ask(viewer, "DELETE", "/v1/activities/never-there")
            assert refused.status_code == unknown.status_code == 404
            assert {**refused.json(), "instance": 0} == {**unknown.json(), "instance": 0}, (
                "told apart from unknown ones"
            )
        await self._check_other_company()
        last = min(seeing, key=lambda viewer: viewer.user)
        assert (await self.ask(last, "DELETE", f"/v1/activities/{self.secret}")).status_code == 204

    async def _check_other_company(self) -> None:
        """G4: neither the same user id nor an administrator gets anything of another company."""
        other = f"{self.crm.company}x"
        for role in ("regular", "admin"):
            for method, body in (("GET", None), ("PATCH", {"note": "x"}), ("DELETE", None)):
                path = f"/v1/activities/{self.secret}"
                assert (await self.crm.ask(method, path, role=role, json=body, company=other)).status_code == 404
            for path in ("/v1/activities", f"/v1/conflicts?owner_id=7&from={DAY}&to=2030-05-02"):
                assert (await self.crm.ask("GET", path, role=role, company=other)).json()["items"] == []


async def build(crm: Crm, items: dict[str, dict[str, Any]]) -> str:
    """Tell of users and items; return the id of an activity that everybody sees."""
    await crm.ask("PUT", "/v1/users/8", json={"group_id": "g1"}, role="admin")
    for path, fields in items.items():
        await crm.ask("PUT", f"/v1/linked-items/{path}", json={"name": "Item"} | fields, user="1", role="admin")
    plain: str = (await crm.make(due_date=DAY, due_time=AT))["id"]
    return plain


@pytest.mark.parametrize("case", CASES)
async def test_g1_an_activity_is_seen_by_who_sees_all_of_its_linked_items(crm: Crm, case: str) -> None:
    links, items, seeing = CASES[case]
    plain = await build(crm, items)
    secret = await crm.make(due_date=DAY, due_time=AT, **links)
    await Stage(crm, secret["id"], plain).check(seeing)


@pytest.mark.parametrize(("visibility", "seeing"), [("everyone", ALL), ("owner", {OWNER})])
async def test_g3_inbound_visibility_decides_first(
    crm: Crm, bus: TopicReader, visibility: Any, seeing: set[Viewer]
) -> None:
    plain = await build(crm, {})
    when = Schedule.model_validate({"due_date": DAY, "due_time": AT, "duration": "00:30", "timezone": "UTC"})
    command = ActivityPut(
        **bus.envelope(),
        command_id=new_id(),
        connection_id="c1",
        owner_id="7",
        activity_id=new_id(),
        expected_version=0,
        changes=ActivityChanges(subject="Doctor", type="meeting", schedule=when, visibility=visibility),
    )
    await bus.send(topics.ACTIVITY_COMMANDS, command.activity_id, command)
    await bus.wait_for(ActivityCommandSettled)
    await Stage(crm, command.activity_id, plain).check(seeing)


@pytest.mark.parametrize("case", ["for everyone", "for its owner", "for a group"])
async def test_g1_linked_items_are_seen_by_their_own_rule_and_by_administrators(crm: Crm, case: str) -> None:
    """Only administrators write and forget them; who may not see one is told what he is told of an unknown one."""
    _, items, seeing = CASES[case]
    await build(crm, items)
    viewers = seeing | {ADMIN} if case == "for everyone" else (seeing - {OWNER}) | {ADMIN}
    for viewer in ALL:
        sees = viewer in viewers
        got = await crm.ask("GET", "/v1/linked-items/deal/d", user=viewer.user, role=viewer.role)
        assert got.status_code == (200 if sees else 404), viewer
        body = {"name": "Item", **items["deal/d"]}
        put = await crm.ask("PUT", "/v1/linked-items/deal/d", user=viewer.user, role=viewer.role, json=body)
        assert put.status_code == (200 if viewer is ADMIN else 403), viewer
        if viewer is not ADMIN:
            gone = await crm.ask("DELETE", "/v1/linked-items/deal/d", user=viewer.user, role=viewer.role)
            assert gone.status_code == 403
    abroad = await crm.ask("GET", "/v1/linked-items/deal/d", role="admin", company=f"{crm.company}x")
    assert abroad.status_code == 404
