"""A run that fails forgets none of the connections."""

from collections.abc import Sequence

import pytest

from chassis.errors import Transient
from mapper.application.dirty_set import DirtySet


async def test_alone_those_whose_run_fails_are_processed_again_and_then_no_more() -> None:
    dirty, seen = DirtySet(), list[tuple[str, ...]]()

    async def run(ids: Sequence[str]) -> None:
        seen.append(tuple(ids))
        if len(seen) == 1:
            dirty.add("d")
            raise Transient("mongo_unavailable")

    for connection_id in ("a", "b", "b", "c"):
        dirty.add(connection_id)
    with pytest.raises(Transient):
        await dirty.process(run)
    await dirty.process(run)
    await dirty.process(run)
    assert seen == [("a", "b", "c"), ("a", "b", "c", "d")]
