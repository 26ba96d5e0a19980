"""Overlays as kustomize renders them, by kind and name."""

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
K8S = ROOT / "deploy" / "k8s"
OVERLAYS = sorted(path.parent.name for path in (K8S / "overlays").glob("*/kustomization.yaml"))
SERVICES = ("connector", "mapper", "activity-store")

Resource = dict[str, Any]


@cache
def rendered(overlay: str) -> tuple[Resource, ...]:
    """Return what an overlay applies."""
    kubectl = Path(sys.executable).with_name("kubectl")  # the pinned one; a machine's own may be another version
    command = [str(kubectl), "kustomize", str(K8S / "overlays" / overlay)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return tuple(one for one in yaml.safe_load_all(done.stdout) if one)


def of_kind(overlay: str, kind: str) -> dict[str, Resource]:
    """Return the resources of a kind by name."""
    return {one["metadata"]["name"]: one for one in rendered(overlay) if one["kind"] == kind}


def deployments(overlay: str) -> dict[str, Resource]:
    """Return the three services' deployments."""
    found = of_kind(overlay, "Deployment")
    return {name: found[name] for name in SERVICES}


def container(deployment: Resource) -> Resource:
    """Return the service's container."""
    [one] = deployment["spec"]["template"]["spec"]["containers"]
    return dict(one)
