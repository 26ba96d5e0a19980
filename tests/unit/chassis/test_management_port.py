"""What operators ask is answered at the management port alone, and nothing else is there."""

import httpx
import pytest
from fastapi import FastAPI

from chassis.web.management_port import ManagementPort


async def answering() -> dict[str, str]:
    return {}


async def status(port: int, path: str) -> int:
    app = FastAPI()
    app.add_middleware(ManagementPort, port=9000)
    for route in ("/livez", "/readyz", "/metrics", "/asyncapi", "/v1/things"):
        app.add_api_route(route, answering)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://t:{port}") as http:
        answer = await http.get(path)
    assert answer.status_code == 200 or answer.json()["code"] == "not_found"
    return answer.status_code


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/asyncapi"])
async def test_what_operators_ask_is_there_alone(path: str) -> None:
    assert (await status(9000, path), await status(8001, path)) == (200, 404)


async def test_the_apis_are_not_there() -> None:
    assert (await status(9000, "/v1/things"), await status(8001, "/v1/things")) == (404, 200)
