"""A look that fails at one connection forgets neither it nor the others."""

import pytest

from chassis.errors import Transient
from mapper.touched import Touched


async def test_alone_one_whose_look_fails_and_those_after_it_are_looked_at_again() -> None:
    touched, seen = Touched(), list[str]()

    async def look(connection_id: str) -> None:
        seen.append(connection_id)
        if seen.count("b") == 1:
            raise Transient("mongo_unavailable")

    for connection_id in ("a", "b", "b", "c"):
        touched.add(connection_id)
    with pytest.raises(Transient):
        await touched.each(look)
    await touched.each(look)
    await touched.each(look)
    assert seen == ["a", "b", "b", "c"]
