"""Routes whose paths are compared without case, as IIS does."""

import re
from collections.abc import Awaitable, Callable, Iterator

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulators.exchange.http.autodiscover import PATHS, Autodiscover
from simulators.exchange.http.ews_api import PATH, EwsApi
from simulators.exchange.http.simulator import Simulator

_METHODS = ["GET", "POST"]


Endpoint = Callable[[Request], Awaitable[Response]]


class AnyCaseRoute(Route):
    """A route that `/ews/EXCHANGE.asmx` finds too."""

    def __init__(self, path: str, endpoint: Endpoint) -> None:
        """`endpoint` takes every request to the path."""
        super().__init__(path, endpoint, methods=_METHODS, include_in_schema=False)
        self.path_regex = re.compile(self.path_regex.pattern, re.IGNORECASE)


def any_case_routes(simulator: Simulator) -> Iterator[Route]:
    """Return the routes of EWS and of Autodiscover."""
    yield AnyCaseRoute(PATH, EwsApi(simulator).answer)
    for path, kind in PATHS.items():
        yield AnyCaseRoute(path, Autodiscover(simulator, kind).answer)
