"""Checkov finds in the rendered manifests what deploy/k8s/checkov.yaml passes over, with reasons, and nothing else."""

import json
import re
import subprocess
from typing import Any

import pytest
import yaml

from sandbox.processes.tools import made_python_tool
from tests.unit.deploy.rendering import K8S, OVERLAYS, rendered

CHECKOV = made_python_tool("checkov")
CONFIG = K8S / "checkov.yaml"
REASON = re.compile(r"  - (CKV2?_K8S_\d+) # .{30,}\.")

pytestmark = [
    pytest.mark.skipif(CHECKOV is None, reason="not there: `make tools TOOL=checkov` (220 MB, once for all clones)"),
    pytest.mark.timeout(600),  # eight seconds' work, for minutes where everybody works
]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what all checks say of all overlays: in one run, for it loads for seconds."""
    folder = tmp_path_factory.mktemp("rendered")
    for overlay in OVERLAYS:
        (folder / f"{overlay}.yaml").write_text(yaml.safe_dump_all(rendered(overlay)))
    files = [str(folder / f"{overlay}.yaml") for overlay in OVERLAYS]
    command = [
        f"{CHECKOV}/bin/checkov",
        "--framework",
        "kubernetes",
        "--skip-download",
        "--quiet",
        "-o",
        "json",
        "-f",
        *files,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.stdout, done.stderr
    return dict(json.loads(done.stdout))


def passed_over() -> set[str]:
    return set(yaml.safe_load(CONFIG.read_text())["skip-check"])


def test_only_what_is_passed_over_fails_and_nothing_is_passed_over_in_vain(found: dict[str, Any]) -> None:
    failed = found["results"]["failed_checks"]
    surprising = [f"{one['check_id']} {one['resource']}" for one in failed if one["check_id"] not in passed_over()]
    assert surprising == []
    assert {one["check_id"] for one in failed} == passed_over()
    assert found["summary"]["parsing_errors"] == 0
    assert found["summary"]["passed"] > 100 * len(OVERLAYS)


def test_every_reason_is_beside_its_check() -> None:
    lines = [line for line in CONFIG.read_text().splitlines() if "CKV" in line and not line.startswith("#")]
    assert [line for line in lines if not REASON.fullmatch(line)] == []
    noted = [one["metadata"].get("annotations", {}) for overlay in OVERLAYS for one in rendered(overlay)]
    skips = [text for notes in noted for name, text in notes.items() if name.startswith("checkov.io/")]
    assert skips
    assert [text for text in skips if not re.fullmatch(r"CKV_K8S_\d+=.{30,}", text)] == []
