"""Whatever people do on both sides and whatever fails, the invariants hold (docs/rules.md, Invariants 1 to 6).

In two forms (docs/decisions/simulated-in-one-process.md): simulated in this process, and as processes.
"""

import os
import random
import sys
import time

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.property.system.machine import SystemMachine
from tests.support.providers import PROVIDER

STEPS_EACH = {"processes": 30, "simulated": 60}
"""Where they are simulated, each example has a system of its own, whose start and end cost as much as some steps."""
_COMMON = settings(
    database=None,
    phases=[
        Phase.generate
    ],  # with processes an example takes seconds, so nothing is shrunk: the steps are told instead
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)
_SIMULATED = settings(_COMMON, phases=[Phase.generate, Phase.shrink])


@pytest.mark.timeout(400)
def test_both_sides_converge_and_the_six_invariants_hold(simulated: type[SystemMachine]) -> None:
    run_state_machine_as_test(
        simulated, settings=settings(_SIMULATED, derandomize=True, max_examples=5, stateful_step_count=20)
    )
    assert simulated.reach.counts["examples"] == 5


@pytest.mark.timeout(400)
def test_they_hold_where_the_services_are_processes(in_processes: type[SystemMachine]) -> None:
    in_processes.hard = False
    run_state_machine_as_test(
        in_processes, settings=settings(_COMMON, derandomize=True, max_examples=1, stateful_step_count=12)
    )
    assert in_processes.reach.counts["examples"] == 1


WHOLE_REACH = 5_000
"""From so many steps on every kind of trouble is expected; a shorter run prints what it reached."""


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_soak(request: pytest.FixtureRequest) -> None:
    """STEPS steps from SEED (both from the environment), kills included; a long run must reach every kind of trouble.

    FORM=processes: the system as processes. The oracle judges by A1, A8, B1 to B3, C1, C5, C6, D1, D2, D5, D8, E3, E4,
    G2, H1, H4, J1 to J3, K1 to K4.
    """
    steps, seed = int(os.environ.get("STEPS") or 1000), int(os.environ.get("SEED") or random.randrange(10**6))
    form = os.environ.get("FORM") or "simulated"
    common, fixture = {"processes": (_COMMON, "in_processes"), "simulated": (_SIMULATED, "simulated")}[form]
    machine: type[SystemMachine] = request.getfixturevalue(fixture)
    begun, examples = time.perf_counter(), -(-steps // STEPS_EACH[form])
    how = settings(common, max_examples=examples, stateful_step_count=STEPS_EACH[form])
    try:
        run_state_machine_as_test(hypothesis.seed(seed)(machine), settings=how)
    finally:
        took = f"{time.perf_counter() - begun:.0f} s, {time.process_time():.0f} s of CPU"
        sys.stdout.write(
            f"\n{PROVIDER}, {form}: seed {seed}, {machine.reach.steps} steps, {took}\n{machine.reach.report()}\n"
        )
    missing = machine.reach.missing()
    assert steps < WHOLE_REACH or not missing, f"never reached: {missing}"
