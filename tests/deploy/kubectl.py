"""kubectl, as a person at the cluster that KUBECONFIG points at uses it."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

NAMESPACE = "tandem-e2e"
SERVICES = ("connector", "mapper", "activity-store")

_KUBECTL = str(Path(sys.executable).with_name("kubectl"))  # the pinned one; a machine's own may be another version
_LOCAL_PORT = re.compile(rb"Forwarding from 127\.0\.0\.1:(\d+)")

_SHOWN = 1000
"""Characters of what a failed command said: a drain repeats itself."""

Json = dict[str, Any]


class KubectlError(RuntimeError):
    """A command failed; the message is what it said."""


async def kubectl(*arguments: str, given: str | None = None, namespace: str = NAMESPACE) -> str:
    """Run a command in a namespace, with `given` as its input, and return what it prints."""
    stdout, _ = await kubectl_with_warnings(*arguments, given=given, namespace=namespace)
    return stdout


async def kubectl_with_warnings(
    *arguments: str, given: str | None = None, namespace: str = NAMESPACE
) -> tuple[str, str]:
    """As `kubectl`, with what the API server warns of."""
    process = await asyncio.create_subprocess_exec(
        _KUBECTL, "--namespace", namespace, *arguments,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    stdout, stderr = await process.communicate((given or "").encode())
    if process.returncode:
        raise KubectlError(f"kubectl {' '.join(arguments)}: …{stderr.decode()[-_SHOWN:]}")
    return stdout.decode(), stderr.decode()


async def items(*arguments: str, namespace: str = NAMESPACE) -> list[Json]:
    """Return the resources that `kubectl get` finds."""
    found: list[Json] = json.loads(await kubectl("get", *arguments, "--output", "json", namespace=namespace))["items"]
    return found


async def pods(service: str) -> list[str]:
    """Return the names of a service's pods that are not ending."""
    found = await items("pods", "--selector", f"app.kubernetes.io/name={service}")
    return [one["metadata"]["name"] for one in found if "deletionTimestamp" not in one["metadata"]]


async def rolled_out(*names: str, seconds: int = 600) -> None:
    """Wait until Deployments or StatefulSets (`deployment/mapper`) run as they are described."""
    waits = (kubectl("rollout", "status", name, f"--timeout={seconds}s") for name in names)
    await asyncio.gather(*waits)


async def settled(service: str, seconds: int = 600) -> None:
    """Wait until a service runs as it is described and the pods that it had too many are gone."""
    await rolled_out(f"deployment/{service}", seconds=seconds)
    wanted = set(await pods(service))
    selected = ("pods", "--selector", f"app.kubernetes.io/name={service}")
    ending = [one["metadata"]["name"] for one in await items(*selected) if one["metadata"]["name"] not in wanted]
    gone = (kubectl("wait", "--for=delete", f"pod/{name}", f"--timeout={seconds}s") for name in ending)
    await asyncio.gather(*gone)


@asynccontextmanager
async def forwarded(ports: Sequence[tuple[str, int]]) -> AsyncIterator[Mapping[tuple[str, int], int]]:
    """Forward ports of Services to this machine; return the local ones by service and port."""
    async with AsyncExitStack() as stack:
        yield {(name, port): await stack.enter_async_context(_forwarded(name, port)) for name, port in ports}


@asynccontextmanager
async def _forwarded(service: str, port: int) -> AsyncIterator[int]:
    process = await asyncio.create_subprocess_exec(
        _KUBECTL, "--namespace", NAMESPACE, "port-forward", f"service/{service}", f":{port}",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout
    try:
        found = _LOCAL_PORT.match(await process.stdout.readline())
        if not found:
            raise KubectlError(f"port {port} of {service} cannot be forwarded")
        yield int(found[1])
    finally:
        process.terminate()
        await process.wait()
