"""`make k8s-e2e`: the whole system on the cluster that KUBECONFIG points at, disturbed in every way while people work.

Prints what was done and what it cost; ends with 1 where something was lost, doubled or refused, or warned of.
PEOPLE= and EVERY= say how many work and how often each does something on both sides; PREVIOUS= names a commit to go
back to and to upgrade from meanwhile; STEPS= is a regular expression of the disturbances that are wanted.
"""

import asyncio
import os
import re
import sys
import time
from pathlib import Path

from sandbox.demo import play_on
from tests.deploy import containers, events, figures, images, operators, production, releases
from tests.deploy.disturbances import DISTURBANCES, Disturbance, disturb
from tests.deploy.kubectl import NAMESPACE, SERVICES, items, kubectl, rolled_out
from tests.deploy.load import CLIENTS, load
from tests.deploy.people import connected, demo_stage, transport, workers

_OVERLAY = Path(__file__).with_name("cluster")
_PARTS = (
    "statefulset/kafka",
    "statefulset/mongo",
    *(f"deployment/{name}-simulator" for name in ("google", "microsoft", "exchange")),
)


def tell(line: str) -> None:
    """Print at once."""
    print(line, flush=True)


async def installed() -> None:
    """Apply the overlay to a fresh namespace and wait until every pod is ready."""
    gone = (
        kubectl("delete", "namespace", name, "--ignore-not-found", "--timeout=300s") for name in (NAMESPACE, CLIENTS)
    )
    await asyncio.gather(*gone)
    began = time.monotonic()
    await kubectl("apply", "--kustomize", str(_OVERLAY))
    await rolled_out(*_PARTS, *(f"deployment/{name}" for name in (*SERVICES, "operators")))
    await kubectl("wait", "--for=condition=Complete", "job/topics", "--timeout=120s")
    took = time.monotonic() - began
    tell(f"every pod is ready under the restricted profile after {took:.0f} s; from a container's start:")
    await tell_starts()


async def tell_starts(*selected: str) -> None:
    """Print how long the pods that are there took to be ready."""
    for name, seconds in figures.started(await items("pods", *selected)).items():
        tell(f"  {name:40}{seconds:4.0f} s")


def wanted() -> list[Disturbance]:
    """Return the disturbances, those of STEPS alone where it is given."""
    chosen = re.compile(os.environ.get("STEPS") or "")
    return [one for one in (*DISTURBANCES, *releases.disturbances()) if chosen.search(one[0])]


async def disturbed(people: int, every: float) -> list[str]:
    """Disturb the services while people work; print the figures, return what must not be."""
    async with transport() as way:
        team = workers(way, people)
        connections = await connected(team)
    tell(f"{people} people work on both sides, each every {every:g} s, while:")
    async with load(team, connections, every) as running:
        steps = [await disturb(tell, *one) for one in wanted()]
    made = [one.item for one in running.requests if one.item and not one.failed]
    async with transport() as way:
        found = await figures.synced(workers(way, people), made)
    tell(f"{len(running.requests)} requests, {len(made)} items made")
    for line in figures.table(steps, running.requests, found):
        tell(line)
    warned, expected = await events.warnings(steps)
    tell(f"{len(expected)} warnings of Kubernetes' say no more than what was done")
    for line in expected:
        tell(f"  {line}")
    tell("the services' pods that are there now were ready so long after their containers' start:")
    await tell_starts("--selector", "app.kubernetes.io/component=service")
    for service, peaks in (await containers.peaks()).items():
        tell(f"  {service:34}{max(peaks):4.0f} MB at the most")
    equal, differing = await operators.compared()
    tell(f"`tandem verify --all` in the cluster: {equal} items are the same on both sides, {len(differing)} differ")
    return figures.problems(running.requests, found, steps) + warned + differing + await containers.restarts()


async def run() -> int:
    """Do all of it; return the exit code."""
    taken, warned = await production.accepted()
    tell(f"overlays/production: {taken} resources taken, strictly validated; warnings: {warned or 'none'}")
    await installed()
    tell("the demo, through the Services")
    async with transport() as way, demo_stage(way) as stage:
        await play_on(stage, lambda line: tell(f"  {line}"))
    problems = await disturbed(int(os.environ.get("PEOPLE") or 3), float(os.environ.get("EVERY") or 1))
    tell(
        "\n".join(
            ["What must not be:", *(f"  {one}" for one in problems)]
            if problems
            else ["Nothing lost, nothing doubled, no warning."]
        )
    )
    return 1 if problems or warned else 0


def main() -> int:
    """Build, load and run."""
    if missing := images.obstacle():
        print(f"k8s-e2e: {missing}", file=sys.stderr)
        return 2
    images.build(tell)
    if commit := releases.other():
        releases.build(commit, tell)
    images.load(tell, releases.OTHERS if commit else ())
    return asyncio.run(run())


if __name__ == "__main__":
    sys.exit(main())
