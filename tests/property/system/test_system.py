"""Whatever people do on both sides and whatever fails meanwhile, the invariants hold (rules.md, Invariants 1 to 6)."""

import os
import random
import sys

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.property.system.machine import SystemMachine

STEPS_EACH = 30
_COMMON = settings(
    deadline=None,
    database=None,
    phases=[Phase.generate],  # an example takes seconds, so nothing is shrunk: the steps are told instead
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)


@pytest.mark.timeout(400)
def test_both_sides_converge_and_the_six_invariants_hold(machine: type[SystemMachine]) -> None:
    machine.hard = False
    run_state_machine_as_test(
        machine, settings=settings(_COMMON, derandomize=True, max_examples=3, stateful_step_count=12)
    )
    assert machine.reach.counts["examples"] == 3


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_soak(machine: type[SystemMachine]) -> None:
    """STEPS steps from SEED (both from the environment), kills included; every kind of trouble must be reached.

    The oracle judges by A1, A8, B1 to B3, C1, C5, C6, D1, D2, D5, E3, E4, H1, H4, J1 to J3, K3 and K4.
    """
    steps, seed = int(os.environ.get("STEPS", "1000")), int(os.environ.get("SEED") or random.randrange(10**6))
    examples = -(-steps // STEPS_EACH)
    try:
        run_state_machine_as_test(
            hypothesis.seed(seed)(machine),
            settings=settings(_COMMON, max_examples=examples, stateful_step_count=STEPS_EACH),
        )
    finally:
        sys.stdout.write(f"\nseed {seed}, {machine.reach.steps} steps\n{machine.reach.report()}\n")
    assert not machine.reach.missing(), f"never reached: {machine.reach.missing()}"
