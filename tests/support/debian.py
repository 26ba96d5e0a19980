"""Files of Debian's packages, fetched once without installing anything; tests that need them are skipped elsewhere."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from sandbox.processes.tools import FOLDER


def files_of(name: str, packages: Sequence[str], wanted: Path) -> Path:
    """Return the folder below which `wanted` lies: `/` where it is installed. Skips where it cannot be had."""
    if Path("/", wanted).exists():
        return Path("/")
    fetched = FOLDER / name
    if not (fetched / wanted).exists():
        _fetch(name, packages, fetched)
    return fetched


def _fetch(name: str, packages: Sequence[str], into: Path) -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        pytest.skip(f"{name} is a package of Debian's, and this is no Debian")
    into.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=into.parent) as folder:
        download = ["apt-get", "download", *packages]
        done = subprocess.run(download, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"{name} cannot be fetched (`apt-get update` first?): {done.stderr.strip()[-300:]}")
        for package in Path(folder).glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", str(package), f"{folder}/root"], check=True)
        Path(folder, "root").rename(into)  # all of it or none
