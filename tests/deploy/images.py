"""The images of the e2e's own Kafka and database, and how images come onto the cluster."""

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from sandbox.processes.kafka import kafka_obstacle
from sandbox.processes.tools import kafka_libs, secantusd_rs

FOLDER = Path(__file__).with_name("images")
OURS = tuple(f"tandem/{name}:dev" for name in ("connector", "mapper", "activity-store", "tandem", "simulators"))
THEIRS = ("tandem-e2e/kafka:dev", "tandem-e2e/database:dev")


def obstacle() -> str | None:
    """Say what is missing, None when nothing is."""
    if not os.environ.get("KUBECONFIG"):
        return "KUBECONFIG points at no cluster (kind create cluster; kind get kubeconfig > file)"
    if problem := kafka_obstacle():
        return problem
    return None if secantusd_rs() else "SecantusDB's Rust server is not built: `make tools`"


def build(tell: Callable[[str], None]) -> None:
    """Build Kafka's and the database's images with the command of DOCKER_BUILD."""
    server = secantusd_rs()
    assert server
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
        shutil.copytree(kafka_libs(), Path(folder, "kafka", "libs"))
        shutil.copy2(server, Path(folder, "database", "secantusd-rs"))
        for image in THEIRS:
            name = image.partition("/")[2].partition(":")[0]
            command = [*shlex.split(os.environ.get("DOCKER_BUILD") or "docker build"), "--quiet", "--tag", image]
            subprocess.run([*command, str(Path(folder, name))], check=True, stdout=subprocess.DEVNULL)
            tell(f"  {image} built")


def load(tell: Callable[[str], None], others: Sequence[str] = ()) -> None:
    """Hand all images to the cluster, by the command of K8S_LOAD (`kind load docker-image`); `others`: beside those."""
    command = shlex.split(os.environ.get("K8S_LOAD") or "kind load docker-image")
    subprocess.run([*command, *OURS, *THEIRS, *others], check=True, stdout=subprocess.DEVNULL)
    for image in OURS:
        size = subprocess.run(
            ["docker", "image", "inspect", "--format", "{{.Size}}", image], check=True, capture_output=True, text=True
        )
        tell(f"  {image:28}{int(size.stdout) / 1e6:6.0f} MB")
