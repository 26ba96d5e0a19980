"""Prometheus, Debian's, as a process that scrapes a running sandbox, and its `promtool`."""

import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import httpx
import yaml

from sandbox.stage import read_settings, service_urls
from tests.support.debian import files_of
from tests.support.infrastructure import run_outside_any_loop
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
MONITORING = ROOT / "deploy" / "k8s" / "components" / "monitoring"
_PROGRAM = Path("usr/bin/prometheus")
Json = dict[str, Any]
Vector = list[Json]


def program(name: str) -> str:
    """Return the path of `prometheus` or `promtool`. Skips where they cannot be had."""
    return shutil.which(name) or str(files_of("prometheus", ["prometheus"], _PROGRAM) / "usr/bin" / name)


def alert_rules() -> Json:
    """Return the rules' own part of the PrometheusRule, as Prometheus takes it."""
    found: Json = yaml.safe_load((MONITORING / "alerts.yaml").read_text())["spec"]
    return found


class Prometheus:
    """A running Prometheus, asked by HTTP."""

    def __init__(self, url: str) -> None:
        self.http = httpx.AsyncClient(base_url=f"{url}/api/v1", timeout=30)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def query(self, expression: str) -> Vector:
        """Return the result of a query now. Raises AssertionError where Prometheus refuses it."""
        answer = await self.http.get("/query", params={"query": expression})
        body = answer.json()
        assert body["status"] == "success", body
        data = body["data"]
        return list(data["result"]) if data["resultType"] in {"vector", "matrix"} else [{"value": data["result"]}]

    async def has(self, expression: str) -> None:
        """Wait until a query has a result."""

        async def look() -> bool:
            return bool(await self.query(expression))

        await wait_until(look, awaited=f"a result of {expression}", timeout=60, every=0.2)

    async def fires(self, alert: str, *, within: float = 90, **labels: str) -> None:
        """Wait until an alert fires with these labels, or has fired within the last minutes: some soon end again."""
        wanted = {"alertname": alert, "alertstate": "firing", **labels}
        series = ", ".join(f'{name}="{value}"' for name, value in wanted.items())

        async def look() -> bool:
            if await self.query(f"count_over_time(ALERTS{{{series}}}[3m])"):
                return True
            seen = await self.query('ALERTS{alertstate="firing"}')
            raise AssertionError([one["metric"]["alertname"] for one in seen])

        await wait_until(look, awaited=f"{alert} to fire", timeout=within, every=0.5)


def targets_of(folder: Path) -> dict[str, str]:
    """Return the services' addresses in the sandbox of a folder, by the jobs that they are in a cluster."""
    return {name: url.removeprefix("http://") for name, url in service_urls(read_settings(folder)).items()}


@contextmanager
def prometheus(folder: Path, targets: Mapping[str, str], rules: Json, *, every: str) -> Iterator[str]:
    """Run Prometheus, scraping and evaluating so often. `targets`: addresses by job, named as in a cluster."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rules.yml").write_text(yaml.safe_dump(rules))
    (folder / "prometheus.yml").write_text(yaml.safe_dump(_settings(targets, every)))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        program("prometheus"),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
    ]
    with (folder / "prometheus.out").open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        url = f"http://127.0.0.1:{port}"
        run_outside_any_loop(wait_until(lambda: _is_ready(url), awaited="Prometheus", timeout=60))
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _settings(targets: Mapping[str, str], every: str) -> Json:
    jobs = [
        {
            "job_name": job,
            "static_configs": [{"targets": [address], "labels": {"pod": f"{job}-0", "namespace": "tandem"}}],
        }
        for job, address in targets.items()
    ]
    times = {"scrape_interval": every, "scrape_timeout": every, "evaluation_interval": every}
    return {"global": times, "rule_files": ["rules.yml"], "scrape_configs": jobs}


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/-/ready", timeout=5).is_success
    except httpx.TransportError:
        return False
