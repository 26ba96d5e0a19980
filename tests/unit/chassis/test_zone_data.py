"""D6: every process computes with the pinned zone data, also where the system's files are older."""

import subprocess
import sys
from base64 import b64encode
from importlib.resources import as_file, files
from pathlib import Path

import pytest
import tzdata

import bench
from chassis.zone_data import zones_version

PROCESSES = (
    "connector",
    "mapper",
    "activity_store",
    "simulators.google",
    "simulators.microsoft",
    "sandbox.run --folder sandbox",
    "bench",
    "bench.floor store",
)

SCRIPT = """
import asyncio, runpy, sys, zoneinfo
from datetime import datetime
import uvicorn

def offset(*_, **__):
    moment = datetime(2026, 12, 15, 12, tzinfo=zoneinfo.ZoneInfo("America/Vancouver"))
    print("offset", moment.utcoffset().total_seconds() / 3600)

def not_run(coroutine):
    coroutine.close()
    offset()
    return []

uvicorn.run, uvicorn.Server.run, asyncio.run = offset, offset, not_run
older = zoneinfo.TZPATH
offset()
for command in sys.argv[1:]:
    zoneinfo.reset_tzpath(to=older)
    zoneinfo.ZoneInfo.clear_cache()
    module, *sys.argv[1:] = command.split()
    try:
        runpy.run_module(module, run_name="__main__")
    except SystemExit as ended:
        assert not ended.code, command
"""


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """Return a folder with Vancouver as it was before 2026, when it kept Los Angeles' clock in winter too."""
    with as_file(files("tzdata") / "zoneinfo" / "America" / "Los_Angeles") as before:
        (tmp_path / "America").mkdir()
        (tmp_path / "America" / "Vancouver").write_bytes(before.read_bytes())
    return tmp_path


def offsets(older: Path) -> list[str]:
    environment = {
        "PYTHONTZPATH": str(older),
        "PYTHONPATH": str(Path(bench.__file__).parent.parent),
        "TANDEM_KAFKA_BOOTSTRAP": "k:1",
        "TANDEM_MONGO_URL": "mongodb://m",
        "TANDEM_JWT_SECRET": "x" * 32,
        "TANDEM_CREDENTIAL_KEYS": "k:" + b64encode(bytes(32)).decode(),
        "TANDEM_GOOGLE_CLIENT_ID": "id",
        "TANDEM_GOOGLE_CLIENT_SECRET": "secret",
        "FLOOR_PORT": "1",
    }
    command = [sys.executable, "-c", SCRIPT, *PROCESSES]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=older, check=False)
    assert done.returncode == 0, done.stderr
    return [line.split()[1] for line in done.stdout.splitlines() if line.startswith("offset ")]


def test_d6_every_process_takes_the_package_before_older_files_of_the_system(older: Path) -> None:
    before, *found = offsets(older)
    assert (before, set(found)) == ("-8.0", {"-7.0"})
    assert len(found) >= len(PROCESSES), "one that computes in several steps tells it at each"


def test_d6_so_do_these_tests() -> None:
    assert zones_version() == tzdata.IANA_VERSION
