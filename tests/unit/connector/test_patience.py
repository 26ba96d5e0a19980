"""A provider that is slow is no outage: who does not answer in time is given more of it (K4, L2)."""

import httpx
import pytest

from connector.adapters.providers.keep_alive import KeepAliveClient
from connector.adapters.providers.patience import LONGEST, Patience

USUAL = 10.0


class Slow(httpx.AsyncBaseTransport):
    """Answers after so many seconds, which it does not let pass."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.allowed: list[float] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.allowed.append(request.extensions["timeout"]["read"])
        if self.allowed[-1] < self.seconds:
            raise httpx.ReadTimeout("slow", request=request)
        return httpx.Response(200)


async def test_l2_who_takes_over_ten_seconds_is_read_at_the_second_try() -> None:
    slow = Slow(12)
    async with KeepAliveClient(timeout=USUAL, transport=slow) as http:
        with pytest.raises(httpx.ReadTimeout):
            await http.get("https://slow.example/")
        assert (await http.get("https://slow.example/")).is_success
    assert slow.allowed == [USUAL, 2 * USUAL]


async def test_the_wait_never_outlasts_a_lease_and_grows_for_no_other_host() -> None:
    slow = Slow(60)
    async with KeepAliveClient(timeout=USUAL, transport=slow) as http:
        for host in ("slow", "slow", "slow", "slow", "other"):
            with pytest.raises(httpx.ReadTimeout):
                await http.get(f"https://{host}.example/")
    assert slow.allowed == [USUAL, 2 * USUAL, LONGEST, LONGEST, USUAL]


async def test_who_is_fast_again_is_waited_for_as_usual() -> None:
    patience, request = Patience(USUAL), httpx.Request("GET", "https://slow.example/")
    with pytest.raises(httpx.ReadTimeout), patience.waiting(request):
        raise httpx.ReadTimeout("slow", request=request)
    for _ in range(20):
        with patience.waiting(request):
            pass
    assert patience.seconds("slow.example") == USUAL


async def test_one_that_breaks_is_not_called_slow() -> None:
    patience, request = Patience(USUAL), httpx.Request("GET", "https://broken.example/")
    with pytest.raises(httpx.ConnectError), patience.waiting(request):
        raise httpx.ConnectError("gone", request=request)
    assert patience.seconds("broken.example") == USUAL
