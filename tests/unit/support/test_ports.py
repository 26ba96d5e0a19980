"""Two runs of tests side by side must not choose the same ports."""

import pytest

from tests.support import ports


def test_a_base_is_given_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_BASES", range(19_800, 20_000, 100))
    given = {ports.free_base(), ports.free_base()}
    assert given <= {19_800, 19_900}
    assert len(given) == 2
    with pytest.raises(StopIteration):
        ports.free_base()
