"""overlays/production before a real API server: every resource is taken, by strict validation, and nothing is made."""

from pathlib import Path

from tests.deploy.kubectl import kubectl, kubectl_with_warnings

NAMESPACE = "tandem-e2e-production"
_FOLDER = Path(__file__).with_name("production")


async def accepted() -> tuple[int, str]:
    """Return how many resources were taken, and what the API server warned of. `KubectlError` says what it refuses.

    The custom resources need the CRDs of Strimzi, KEDA and prometheus-operator.
    """
    await kubectl("apply", "--filename", str(_FOLDER / "namespace.yaml"))
    try:
        taken, warned = await kubectl_with_warnings(
            "apply", "--kustomize", str(_FOLDER), "--dry-run=server", "--validate=strict", namespace=NAMESPACE
        )
    finally:
        await kubectl("delete", "namespace", NAMESPACE, "--wait=false")
    return taken.count("(server dry run)"), warned
