"""The Dockerfiles fit what they build: ports, pins, and what is let in to the builder."""

import re
from pathlib import Path

import pytest

from activity_store.settings import Settings
from chassis.settings import ChassisSettings
from connector.settings import ConnectorSettings
from mapper.settings import MapperSettings
from tests.unit.deploy.rendering import ROOT

SERVICES: dict[str, type[ChassisSettings]] = {
    "connector": ConnectorSettings,
    "mapper": MapperSettings,
    "activity-store": Settings,
}
FOLDERS = [*(f"services/{name}" for name in SERVICES), "deploy/tandem", "deploy/simulators"]
SHARED = {"simulators": [], "tandem": ["chassis"]}
"""What of ours is beside an image's own package; in the services' contracts and chassis."""
LET_IN = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]


def dockerfile(folder: str) -> str:
    return (ROOT / folder / "Dockerfile").read_text()


@pytest.mark.parametrize("name", SERVICES)
def test_the_port_is_the_services_own(name: str) -> None:
    assert f"\nEXPOSE {SERVICES[name].model_fields['port'].default}\n" in dockerfile(f"services/{name}")


@pytest.mark.parametrize("folder", FOLDERS)
def test_an_image_holds_what_its_own_pins_name_and_its_own_packages(folder: str) -> None:
    name, text = Path(folder).name, dockerfile(folder)
    assert f"\nRUN /build/install-pinned {name}\n" in text
    assert (ROOT / "requirements" / f"{name}.txt").is_file()
    [ours] = re.findall(r"\nRUN /build/install-ours (.+)\n", text)
    assert ours.split() == [*SHARED.get(name, ["contracts", "chassis"]), name]


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_is_copied_is_let_in(folder: str) -> None:
    """Docker's classic builder looks into no folder that only a pattern would let in."""
    for copied in re.findall(r"\nCOPY (?!--from)(.+) \S+(?=\n)", dockerfile(folder)):
        for source in copied.split():
            assert any(one == source or one.startswith(f"{source}/") or source.startswith(f"{one}/") for one in LET_IN)
            assert (ROOT / source).exists()
    assert all((ROOT / one).exists() for one in LET_IN)


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_image_runs_as_root(folder: str) -> None:
    """Kubernetes' `restricted` takes a number only: a name could be root's."""
    last_stage = dockerfile(folder).rpartition("\nFROM ")[2]
    assert re.findall(r"\nUSER (\d+):(\d+)\n", last_stage) == [("10001", "10001")]
