"""Every path that a document names in code spans is there, and every module, too."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from tests.unit.docs.citations import FILES, MARKDOWN, PYTHON, ROOT, name
from tests.unit.docs.test_homes import MODULES

PATH = re.compile(r"`((?:[\w.-]+/)*[\w.-]+\.(?:py|md|ya?ml|toml|txt|html)|(?:[\w.-]+/)+)`")
MODULE = re.compile(r"`((?:mapper|connector|activity_store|chassis|contracts|sandbox|simulators)(?:\.[a-z_]+)+)`")
METHOD = re.compile(r"`([A-Z][A-Za-z]+)\.([a-z_]+)(?:\(.*?\))?`")
CODE = [path.read_text() for path in PYTHON]
NAMES = [f"/{name(path)}" for path in FILES]
FOLDERS = {f"/{parent}/" for path in FILES for parent in PurePosixPath(name(path)).parents if str(parent) != "."}
KEPT_AS_WRITTEN = {"decisions", "findings"}
"""Records say how it was then."""
REWRITTEN = {"CHANGELOG.md"}
GENERATED = {"var/", ".venv/"}
PRESENT = [path for path in MARKDOWN if not KEPT_AS_WRITTEN & set(path.parts) and path.name not in REWRITTEN]


def missing(path: Path) -> Iterator[str]:
    """Return what a document names that is neither a path from the root nor the end of one."""
    for named in set(PATH.findall(path.read_text())) - GENERATED:
        places = FOLDERS if named.endswith("/") else NAMES
        if not any(place.endswith(f"/{named}") for place in places):
            yield named


@pytest.mark.parametrize("path", PRESENT, ids=name)
def test_every_path_that_a_document_names_is_there(path: Path) -> None:
    assert sorted(missing(path)) == []


@pytest.mark.parametrize("path", PRESENT, ids=name)
def test_every_module_that_a_document_names_is_there(path: Path) -> None:
    found = set(MODULE.findall(path.read_text())) - MODULES.keys()
    assert {module for module in found if module.rpartition(".")[0] not in MODULES} == set()


def test_a_how_to_names_paths_from_the_root() -> None:
    how_tos = sorted((ROOT / "docs" / "how-to").glob("add-*.md"))
    named = [path for how_to in how_tos for path in PATH.findall(how_to.read_text()) if "/" in path]
    assert len(how_tos) >= 5
    assert [path for path in named if not (ROOT / path).exists() and not path.startswith("entrypoints/")] == []


@pytest.mark.parametrize("path", PRESENT, ids=name)
def test_every_method_that_a_document_names_is_there(path: Path) -> None:
    named = {(owner, method) for owner, method in METHOD.findall(path.read_text()) if not owner.isupper()}
    assert {pair for pair in named if not any(is_method(*pair, code) for code in CODE)} == set()


def is_method(owner: str, method: str, code: str) -> bool:
    return f"class {owner}" in code and f"def {method}(" in code
