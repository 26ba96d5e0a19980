"""The load: a pod in a namespace of its own, as a gateway's, where salespeople work by the Services' names."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.deploy.kubectl import NAMESPACE, SERVICES, kubectl
from tests.deploy.people import SIMULATOR, Worker

CLIENTS = f"{NAMESPACE}-clients"
_SCRIPT = Path(__file__).with_name("in_cluster") / "work.py"
_END = "import os, signal; os.kill(1, signal.SIGTERM)"


@dataclass(frozen=True)
class Request:
    """What became of a request; `at` is seconds since 1970."""

    at: float
    seconds: float
    kind: str
    item: str
    tries: tuple[str, ...]

    @property
    def failed(self) -> bool:
        """Whether no try succeeded."""
        return not _good(self.tries[-1])

    @property
    def repeated(self) -> bool:
        """Whether it succeeded, but not at the first try."""
        return len(self.tries) > 1 and not self.failed


def _good(outcome: str) -> bool:
    return outcome.isdecimal() and int(outcome) < 400


@dataclass
class Load:
    """The running load; `requests` are there once it has ended."""

    requests: list[Request] = field(default_factory=list)


@asynccontextmanager
async def load(team: Sequence[Worker], connections: Sequence[str], every: float) -> AsyncIterator[Load]:
    """Let the team work for as long as the context lasts; then read what became of each request."""
    people = [
        {"name": one.crm.user_id, "email": one.email, "token": one.token, "connection": connection}
        for one, connection in zip(team, connections, strict=True)
    ]
    await kubectl("apply", "--filename", "-", given=_manifest(people, every), namespace=CLIENTS)
    await kubectl("wait", "--for=condition=Ready", "pod/load", "--timeout=120s", namespace=CLIENTS)
    running = Load()
    yield running
    await kubectl("exec", "load", "--", "python", "-c", _END, namespace=CLIENTS)
    await kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/load", "--timeout=120s", namespace=CLIENTS)
    running.requests = list(_read(await kubectl("logs", "load", "--tail=-1", namespace=CLIENTS)))


def _read(lines: str) -> Iterator[Request]:
    for line in lines.splitlines():
        one = json.loads(line)
        yield Request(one["at"], one["seconds"], one["kind"], one["item"], tuple(one["tries"]))


def _manifest(people: Sequence[Mapping[str, str]], every: float) -> str:
    urls = {name: f"http://{name}.{NAMESPACE}" for name in SERVICES}
    urls["simulator"] = f"http://{SIMULATOR[0]}.{NAMESPACE}:{SIMULATOR[1]}"
    restricted = {"pod-security.kubernetes.io/enforce": "restricted"}
    namespace = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": CLIENTS, "labels": {"tandem.dev/gateway": "true", **restricted}},
    }
    script = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "work"},
        "data": {"work.py": _SCRIPT.read_text()},
    }
    resources = [namespace, script, _pod(json.dumps({"urls": urls, "people": people, "every": every}))]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": resources})


def _pod(work: str) -> dict[str, Any]:
    container = {
        "name": "load",
        "image": "tandem/simulators:dev",
        "imagePullPolicy": "IfNotPresent",
        "command": ["python", "/work/work.py"],
        "env": [{"name": "WORK", "value": work}],
        "volumeMounts": [{"name": "work", "mountPath": "/work", "readOnly": True}],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "load"},
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [container],
            "volumes": [{"name": "work", "configMap": {"name": "work"}}],
        },
    }
