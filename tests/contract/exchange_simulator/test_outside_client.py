"""A client that no one here wrote, ews-javascript-api, drives the simulator as a server: the outside judge.

It needs Node.js; npm installs it once, in the environment that runs the tests, by the lock beside it.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.exchange_simulator.callbacks import Callbacks, callbacks
from tests.contract.exchange_simulator.driver import EWS, PASSWORD
from tests.support.exchange_schemas import ARGUMENTS
from tests.support.simulator_driver import ANN, simulator_server

_HERE = Path(__file__).parent / "outside_client"
_NODE, _NPM = shutil.which("node"), shutil.which("npm")
_FILES = ("package.json", "package-lock.json")

pytestmark = pytest.mark.skipif(_NODE is None or _NPM is None, reason="Node.js with npm is not here")


@pytest.fixture(scope="module")
def client() -> Path:
    """Return a folder in which the client can run; what npm has to load, it loads once for each lock."""
    lock = hashlib.sha256((_HERE / "package-lock.json").read_bytes()).hexdigest()[:16]
    folder = Path(sys.prefix) / "npm" / lock
    if not (folder / "installed").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in _FILES:
            shutil.copy(_HERE / name, folder / name)
        command = [_NPM or "", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"npm cannot install the client: {done.stderr.strip()[-300:]}")
        (folder / "installed").touch()
    shutil.copy(_HERE / "client.js", folder / "client.js")
    return folder


@pytest.fixture
def called() -> Iterator[Callbacks]:
    with callbacks() as made:
        yield made


@pytest.mark.parametrize("scheme", ["basic", "ntlm"])
def test_it_subscribes_syncs_and_writes(client: Path, called: Callbacks, tmp_path: Path, scheme: str) -> None:
    with simulator_server("exchange", tmp_path, *ARGUMENTS) as server:
        server.post("/control/accounts", json={"email": ANN, "time_zone": "Europe/Berlin"}).raise_for_status()
        server.put("/control/authentication", json={"schemes": ["NTLM" if scheme == "ntlm" else "Basic"]})
        address = f"{server.base_url}".rstrip("/") + EWS
        command = [_NODE or "", "client.js", address, ANN, PASSWORD, called.url, scheme]
        done = subprocess.run(command, cwd=client, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        called.wait_for("DeletedEvent")
        found = json.loads(done.stdout)
        assert [one["problems"] for one in server.get("/control/journal").json() if one["problems"]] == []
        assert [one["problems"] for one in server.get("/control/pushes").json() if one["problems"]] == []
        assert [one["id"] for one in server.get("/control/subscriptions").json()] == found.pop("subscriptions")
    assert found == {
        "single": ["renamed", "Room 1", "2026-12-01T10:00:00.000Z"],
        "wholeDay": True,
        "series": ["RecurringMaster", 4],
        "view": ["renamed", "whole day", "weekly", "apart", "weekly"],
        "synced": [[], ["Create", "Create", "Create"], ["Delete"]],
    }
    assert {"StatusEvent", "CreatedEvent", "ModifiedEvent"} <= {*called.events}
