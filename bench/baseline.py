"""The build that today's is compared with (BASELINE): its own checkout, installed, measured by its own bench.

A row of the baseline runs right after the same row of today's build, on a stand of its own, so that both see the same
machine in the same hour. Its harness is its own too: what is compared are figures of the same name.
"""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.console import say
from bench.results import Figure

_ROOT = Path(__file__).parents[1]
_CHECKOUTS = _ROOT / "var/bench"
_CALLERS_OWN = frozenset({"VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "BASELINE"})


class NoBaselineError(ValueError):
    """The commit is none, or cannot be installed; the message says which."""


@dataclass(frozen=True)
class Baseline:
    """An installed checkout of an earlier commit."""

    commit: str
    folder: Path

    def measure(self, row: str, provider: str) -> dict[str, float]:
        """Run one row there, with the same options; return its figures by what they measure."""
        with TemporaryDirectory(prefix="tandem-baseline-") as kept:
            figures = Path(kept) / "figures.json"
            asked = {"BENCH_ROWS": row, "BENCH_FIGURES": str(figures)}
            say(f"baseline {self.commit}: {row}")
            _run([".venv/bin/python", "-m", "bench"], self.folder, asked)
            found = json.loads(figures.read_text())[provider][row]["figures"]
        return {one["what"]: one["ours"] for one in found}


def built(commit: str) -> Baseline:
    """Check the commit out beside the other results of the bench, and install it. Raises NoBaselineError."""
    known = _run(["git", "rev-parse", "--verify", "--short", f"{commit}^{{commit}}"], _ROOT).strip()
    folder = _CHECKOUTS / known
    if not folder.exists():
        say(f"baseline {known}: check out and install")
        # Forced: `make clean` removes a checkout that git goes on knowing.
        _run(["git", "worktree", "add", "--force", "--detach", str(folder), known], _ROOT)
    _run(["make", "install"], folder)
    return Baseline(known, folder)


def beside(figures: Sequence[Figure], before: Mapping[str, float]) -> list[Figure]:
    """Put the baseline's figures beside today's; what it does not measure stays without."""
    return [replace(one, before=before.get(one.what)) for one in figures]


def _run(argv: Sequence[str], folder: Path, environ: Mapping[str, str] | None = None) -> str:
    path = f"{folder / '.venv/bin'}:{os.environ['PATH']}"
    own = {name: value for name, value in os.environ.items() if name not in _CALLERS_OWN}
    ended = subprocess.run(  # noqa: S603 - our own commands
        argv, cwd=folder, env={**own, "PATH": path, **(environ or {})}, stdout=subprocess.PIPE, text=True, check=False
    )
    if ended.returncode:
        raise NoBaselineError(f"{' '.join(argv)} ended with {ended.returncode} in {folder}")
    return ended.stdout
