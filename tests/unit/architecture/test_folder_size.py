"""No folder of the product holds more modules than a reader takes in at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MOST = 15
EXCEPTIONS = {
    "deploy/sandbox/src/sandbox": "one module a command or a file of the sandbox's state",
}
"""Folders that may hold more, and why."""


def folders() -> Iterator[Path]:
    for part in ("services", "deploy"):
        yield from sorted({path.parent for path in (ROOT / part).glob("*/src/**/*.py")})


def size(folder: Path) -> int:
    return sum(1 for path in folder.glob("*.py") if path.name != "__init__.py")


FOLDERS = {str(folder.relative_to(ROOT)): size(folder) for folder in folders()}


def test_finds_the_packages() -> None:
    assert "services/chassis/src/chassis/web" in FOLDERS


@pytest.mark.parametrize("folder", FOLDERS)
def test_holds_at_most_fifteen_modules_or_is_named_with_a_reason(folder: str) -> None:
    assert (FOLDERS[folder] > MOST) == (folder in EXCEPTIONS), f"{FOLDERS[folder]} modules"
