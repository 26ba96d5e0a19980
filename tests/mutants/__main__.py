"""`make mutants`: plants each fault in a copy of its package and runs its tests; one that passes them has survived."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from tests.mutants.catalogue import MUTANTS, Broken, Mutant

ROOT: Final = Path(__file__).parents[2]
SOURCES: Final[Mapping[Broken, Path]] = {
    "mapper": ROOT / "services" / "mapper" / "src",
    "connector": ROOT / "services" / "connector" / "src",
}
TESTS: Final[Mapping[Broken, tuple[str, ...]]] = {
    "mapper": ("tests/unit/mapper", "tests/property/mapper"),
    "connector": ("tests/unit/connector",),
}
_TESTS_FAILED: Final = 1


class WrongMutantError(RuntimeError):
    """A fault cannot be planted, or the tests fail without one."""


def plant(mutant: Mutant, package: Path) -> None:
    """Plant a fault in a copy of its package. Raises `WrongMutantError` where its place is not there, or not alone."""
    file = (package / mutant.package).joinpath(*mutant.module.split(".")).with_suffix(".py")
    source = file.read_text()
    if source.count(mutant.original) != 1:
        raise WrongMutantError(f"{mutant.rule}, {mutant.fault}: stands {source.count(mutant.original)} times in {file}")
    file.write_text(source.replace(mutant.original, mutant.planted))


def is_killed(mutant: Mutant) -> bool:
    """Tell whether a package's tests fail on a fault."""
    return _tests_fail(mutant.package, mutant)


def _tests_fail(broken: Broken, mutant: Mutant | None) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "src"
        shutil.copytree(SOURCES[broken], package)
        if mutant is not None:
            plant(mutant, package)
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *TESTS[broken]]
        environ = {**os.environ, "PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
        if done.returncode not in {0, _TESTS_FAILED}:
            raise WrongMutantError(f"{mutant}: the tests did not run\n{done.stdout}{done.stderr}")
        return done.returncode == _TESTS_FAILED


def main() -> int:
    """Return 0 when every mutant is killed."""
    for broken in SOURCES:
        if _tests_fail(broken, None):
            raise WrongMutantError(f"the tests of the {broken} fail on it as it is")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        survivors = 0
        for mutant, killed in zip(MUTANTS, pool.map(is_killed, MUTANTS), strict=True):
            survivors += not killed
            print(f"{'killed  ' if killed else 'SURVIVED'} {mutant.rule}: {mutant.fault}", flush=True)
    print(f"{len(MUTANTS) - survivors} of {len(MUTANTS)} mutants killed")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
