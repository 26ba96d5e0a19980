"""The README of the simulators lists what is in the code."""

from pathlib import Path

import pytest

from simulators.frame.domain.traps import Table
from simulators.google.domain.traps import TRAPS as GOOGLE
from simulators.microsoft.domain.traps import TRAPS as MICROSOFT

_README = (Path(__file__).parents[3] / "deploy" / "simulators" / "README.md").read_text("utf-8")


@pytest.mark.parametrize(("heading", "traps"), [("Google", GOOGLE), ("Microsoft", MICROSOFT)])
def test_every_trap_is_listed_with_its_meaning(heading: str, traps: Table) -> None:
    section = _README.partition(f"### {heading}\n")[2].partition("\n### ")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in section.splitlines() if line.startswith("| `")]
    assert [(name.strip("`"), meaning, chance) for name, meaning, _, chance in rows] == [
        (trap.id, trap.meaning, "yes" if trap.drawn else "no") for trap in traps.values()
    ]
