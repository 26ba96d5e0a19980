"""A look that fails forgets none of the connections."""

from collections.abc import Sequence

import pytest

from chassis.errors import Transient
from mapper.application.dirty_set import Touched


async def test_alone_those_whose_look_fails_are_looked_at_again_and_then_no_more() -> None:
    touched, seen = Touched(), list[tuple[str, ...]]()

    async def look(ids: Sequence[str]) -> None:
        seen.append(tuple(ids))
        if len(seen) == 1:
            touched.add("d")
            raise Transient("mongo_unavailable")

    for connection_id in ("a", "b", "b", "c"):
        touched.add(connection_id)
    with pytest.raises(Transient):
        await touched.together(look)
    await touched.together(look)
    await touched.together(look)
    assert seen == [("a", "b", "c"), ("a", "b", "c", "d")]
