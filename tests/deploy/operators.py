"""What the operators' command line says, run in the cluster as operators do."""

import json

from tests.deploy.kubectl import kubectl


async def compared() -> tuple[int, list[str]]:
    """Return how many items are the same on both sides of all connections, and what differs or cannot be read."""
    verify = "tandem verify --all --json || test $? = 1"  # 1: it went through, and found something
    reports = json.loads(await kubectl("exec", "deployment/operators", "--", "sh", "-c", verify))["items"]
    equal = sum(one["counts"].get("equal", 0) for one in reports)
    unread = [f"{one['connection_id']} cannot be compared: {one['problem']}" for one in reports if one["problem"]]
    return equal, unread + [f"differs: {found}" for one in reports for found in one["differences"]]
