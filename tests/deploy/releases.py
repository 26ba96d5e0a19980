"""Another release on the cluster, and back, while people work: an upgrade and its rollback, in the runbook's order.

PREVIOUS is the commit whose images stand for the other release.
"""

import os
import shlex
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.deploy.disturbances import Disturbance
from tests.deploy.kubectl import kubectl, settled

ROOT = Path(__file__).parents[2]
OTHER_TAG = "other"
_OURS_TAG = "dev"
_UPGRADE = ("activity-store", "mapper", "connector")
"""Consumers before producers."""

OTHERS = tuple(f"tandem/{service}:{OTHER_TAG}" for service in _UPGRADE)


def other() -> str | None:
    """Return the other release's commit, None where none is asked for."""
    return os.environ.get("PREVIOUS") or None


def build(commit: str, tell: Callable[[str], None]) -> None:
    """Build the services' images of a commit with the command of DOCKER_BUILD."""
    for service in _UPGRADE:
        image = f"tandem/{service}:{OTHER_TAG}"
        command = shlex.split(os.environ.get("DOCKER_BUILD") or "docker build")
        told = ["--quiet", "--file", f"services/{service}/Dockerfile", "--tag", image, "-"]
        with subprocess.Popen(["git", "archive", commit], cwd=ROOT, stdout=subprocess.PIPE) as archive:
            subprocess.run([*command, *told], check=True, stdin=archive.stdout, stdout=subprocess.DEVNULL)
        if archive.returncode:
            raise SystemExit(f"k8s-e2e: PREVIOUS={commit} is no commit here")
        tell(f"  {image} built from {commit}")


async def _release(service: str, tag: str) -> None:
    await kubectl("set", "image", f"deployment/{service}", f"service=tandem/{service}:{tag}")
    await settled(service)


def disturbances() -> Iterator[Disturbance]:
    """Yield a rollback to the other release and the upgrade from it, a step for each service."""
    if other() is None:
        return
    for service in reversed(_UPGRADE):
        yield f"{service} back to {other()}", partial(_release, service, OTHER_TAG)
    for service in _UPGRADE:
        yield f"{service} upgraded again", partial(_release, service, _OURS_TAG)
