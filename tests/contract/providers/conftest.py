"""The `stage` fixture: every contract test runs once for each provider; `@needs(...)` names what it asks of one."""

from collections.abc import AsyncIterator

import pytest

from tests.contract.providers.providers import PROVIDERS
from tests.contract.providers.stage import Stage


def pytest_configure(config: pytest.Config) -> None:
    """Declare the suite's own marker."""
    config.addinivalue_line("markers", "needs(*features): skip providers without these features")
    config.addinivalue_line("markers", "lacks(feature): skip providers that have this feature")


@pytest.fixture(params=sorted(PROVIDERS))
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """A fresh account at a simulated provider."""
    row = PROVIDERS[request.param]
    needed = {feature for marker in request.node.iter_markers("needs") for feature in marker.args}
    missing = needed - row.features
    if missing:
        pytest.skip(f"{request.param} has no {', '.join(sorted(one.name.lower() for one in missing))}")
    spared = {feature for marker in request.node.iter_markers("lacks") for feature in marker.args} & row.features
    if spared:
        pytest.skip(f"{request.param} has {', '.join(sorted(one.name.lower() for one in spared))}")
    async with row.stage() as ready:
        yield ready
