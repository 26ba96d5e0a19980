"""Packages from npm, each by its name, version and digest; where the registry is, npm's own settings say."""

import base64
import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PINS: Final = Path(__file__).with_name("pins.json")


@dataclass(frozen=True)
class Pin:
    """A package, and which of its files go where."""

    package: str
    version: str
    integrity: str
    """As npm writes it: sha512- and the digest of the archive in base64."""
    into: str
    files: Mapping[str, str]

    @property
    def folder(self) -> Path:
        """Where the files go."""
        return ROOT / self.into


class NotAvailable(Exception):  # noqa: N818 - a reason to go without, no defect
    """A package cannot be had here, for the reason given."""


def pins(file: Path = PINS) -> list[Pin]:
    """Return what is pinned."""
    return [Pin(**one) for one in json.loads(file.read_text())]


@contextmanager
def unpacked(pin: Pin) -> Iterator[Path]:
    """Fetch a package, check that it is the pinned one, and unpack it for as long as the context lasts."""
    with tempfile.TemporaryDirectory() as folder:
        archive = _packed(pin, Path(folder))
        _check(pin, archive.read_bytes())
        with tarfile.open(archive) as opened:
            opened.extractall(folder, filter="data")
        yield Path(folder) / "package"


def _packed(pin: Pin, folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise NotAvailable("npm is not installed")
    command = [npm, "pack", "--silent", f"{pin.package}@{pin.version}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - pinned names
    if done.returncode:
        raise NotAvailable(f"npm cannot fetch {pin.package}: {done.stderr.strip()[-300:]}")
    return next(folder.glob("*.tgz"))


def _check(pin: Pin, content: bytes) -> None:
    """Raise ValueError unless the archive is the pinned one."""
    found = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
    if found != pin.integrity:
        raise ValueError(f"{pin.package} {pin.version} is not the pinned one: {found}")
