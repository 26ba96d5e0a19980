"""Every fault of `make mutants` still has its place in the engine: one that is not planted proves nothing."""

import shutil
from pathlib import Path

import pytest

from tests.mutants.__main__ import SOURCES, plant
from tests.mutants.catalogue import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: f"{one.rule}-{one.fault}")
def test_a_fault_can_be_planted(mutant: Mutant, tmp_path: Path) -> None:
    package = tmp_path / "src"
    source = SOURCES[mutant.package] / mutant.package
    shutil.copytree(source, package / mutant.package, ignore=shutil.ignore_patterns("__pycache__"))
    plant(mutant, package)
