"""The Ingresses lead to every route that people and providers ask, of the service that has it, and to no other."""

from collections.abc import Iterable

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from tests.unit.deploy.rendering import SERVICES, of_kind
from tests.unit.docs.test_http import apps

INSIDE = ("/v1/admin", "/livez", "/readyz", "/metrics", "/asyncapi", "/openapi.json", "/docs", "/redoc")
"""What only those inside the cluster reach: operators, and what watches."""


@pytest.fixture(scope="module")
def routes() -> dict[str, set[str]]:
    """Return the paths of each service that come from outside."""
    return {name: {path for path in paths(app) if not below(path, INSIDE)} for name, app in apps().items()}


def paths(router: FastAPI | APIRouter) -> set[str]:
    """Return all paths, those of pages too; FastAPI keeps each router that was included apart."""
    own = {route.path for route in router.routes if isinstance(route, APIRoute)}
    return own.union(*(paths(one.original_router) for one in router.routes if hasattr(one, "original_router")))


def below(path: str, prefixes: Iterable[str]) -> bool:
    """Tell whether a path is one of these or below, as `pathType: Prefix` means it."""
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in prefixes)


def led(service: str, *ingresses: str) -> set[str]:
    """Return the prefixes that lead to a service."""
    found = [one for name, one in of_kind("production", "Ingress").items() if name in ingresses]
    backends = [path for one in found for rule in one["spec"]["rules"] for path in rule["http"]["paths"]]
    return {one["path"] for one in backends if one["backend"]["service"]["name"] == service}


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_has_its_way_in_and_every_way_in_its_route(service: str, routes: dict[str, set[str]]) -> None:
    prefixes = led(service, "apis", "webhooks")
    assert prefixes
    assert {path for path in routes[service] if not below(path, prefixes)} == set()
    assert {prefix for prefix in prefixes if not any(below(path, [prefix]) for path in routes[service])} == set()


def test_anyone_may_call_the_webhooks_and_nothing_else(routes: dict[str, set[str]]) -> None:
    public = {path for path in routes["connector"] if below(path, led("connector", "webhooks"))}
    assert public
    assert all(path.startswith("/webhooks/") for path in public)
    assert [name for name in SERVICES if name != "connector" and led(name, "webhooks")] == []
