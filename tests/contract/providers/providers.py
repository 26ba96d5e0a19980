"""Which providers run the contract, with their stages and features: a new one is one row here."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial

from tests.contract.providers.exchange_stage import exchange_stage
from tests.contract.providers.google_stage import google_stage
from tests.contract.providers.graph_stage import graph_stage
from tests.contract.providers.stage import Feature, Stage


@dataclass(frozen=True)
class Row:
    """A provider under contract."""

    stage: Callable[[], AbstractAsyncContextManager[Stage]]
    features: frozenset[Feature]


_NOT_EXCHANGE = {
    Feature.CLIENT_IDS,
    Feature.TOMBSTONES_KEEP_KEYS,
    Feature.IANA_ZONES,
    Feature.SILENT_EDITS,
}

_NOT_EWS = {
    Feature.CLIENT_IDS,
    Feature.TOMBSTONES_KEEP_KEYS,
    Feature.IANA_ZONES,
    Feature.WINDOWED_CURSORS,
    Feature.TOKENS,
    Feature.WRITABLE_SHARES,
}

PROVIDERS: dict[str, Row] = {
    "google": Row(google_stage, frozenset(Feature) - {Feature.WINDOWED_CURSORS}),
    "outlook": Row(partial(graph_stage, "personal"), frozenset(Feature) - _NOT_EXCHANGE),
    "office365": Row(partial(graph_stage, "work"), frozenset(Feature) - _NOT_EXCHANGE),
    "exchange": Row(exchange_stage, frozenset(Feature) - _NOT_EWS),
}
