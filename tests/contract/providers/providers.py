"""Which providers run the contract, with their stages and features: a new one is one row here."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from tests.contract.providers.google_stage import google_stage
from tests.contract.providers.stage import Feature, Stage


@dataclass(frozen=True)
class Row:
    """A provider under contract."""

    stage: Callable[[], AbstractAsyncContextManager[Stage]]
    features: frozenset[Feature]


PROVIDERS: dict[str, Row] = {
    "google": Row(google_stage, frozenset(Feature)),
}
