"""`make mutants`: plants each fault in a copy of the mapper and runs its tests; one that passes them has survived."""

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from tests.mutants.catalogue import MUTANTS, Mutant

ROOT: Final = Path(__file__).parents[2]
SOURCE: Final = ROOT / "services" / "mapper" / "src"
TESTS: Final = ("tests/unit/mapper", "tests/property/mapper")
_TESTS_FAILED: Final = 1


class WrongMutantError(RuntimeError):
    """A fault cannot be planted, or the tests fail without one."""


def plant(mutant: Mutant, package: Path) -> None:
    """Plant a fault in a copy of the mapper. Raises `WrongMutantError` where its place is not there, or not alone."""
    file = (package / "mapper").joinpath(*mutant.module.split(".")).with_suffix(".py")
    source = file.read_text()
    if source.count(mutant.original) != 1:
        raise WrongMutantError(f"{mutant.rule}, {mutant.fault}: stands {source.count(mutant.original)} times in {file}")
    file.write_text(source.replace(mutant.original, mutant.planted))


def is_killed(mutant: Mutant | None) -> bool:
    """Tell whether the mapper's tests fail on a fault (None: on the engine as it is)."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "src"
        shutil.copytree(SOURCE, package)
        if mutant is not None:
            plant(mutant, package)
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *TESTS]
        environ = {**os.environ, "PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
        if done.returncode not in {0, _TESTS_FAILED}:
            raise WrongMutantError(f"{mutant}: the tests did not run\n{done.stdout}{done.stderr}")
        return done.returncode == _TESTS_FAILED


def main() -> int:
    """Return 0 when every mutant is killed."""
    if is_killed(None):
        raise WrongMutantError("the tests fail on the engine as it is")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        survivors = 0
        for mutant, killed in zip(MUTANTS, pool.map(is_killed, MUTANTS), strict=True):
            survivors += not killed
            print(f"{'killed  ' if killed else 'SURVIVED'} {mutant.rule}: {mutant.fault}", flush=True)
    print(f"{len(MUTANTS) - survivors} of {len(MUTANTS)} mutants killed")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
