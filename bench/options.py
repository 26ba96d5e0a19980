"""What to measure, from the environment: BENCH_ROWS, SIZES, RATES, OUTBOUND, KAFKA, PROVIDER, QUICK, BASELINE."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sandbox.processes import kafka_obstacle
from sandbox.simulated import PROVIDERS


@dataclass(frozen=True)
class Options:
    """The plan of a run; the defaults are the full one."""

    rows: tuple[str, ...]
    kafka: str
    provider: str = "google"
    quick: bool = False
    baseline: str = ""
    """A commit that is measured too."""
    rates: tuple[float, ...] = (1, 10, 100)
    slow_rates: tuple[float, ...] = (10,)
    slow_ms: int = 50
    seconds: float = 12
    least_changes: int = 20
    sizes: tuple[int, ...] = (2_000, 10_000, 50_000)
    """Events of the first syncs."""
    outbound: int = 2_000
    """Activities of the first sync into the calendar."""
    distances_ms: tuple[int, ...] = (0, 50, 150)
    """Milliseconds that a call of the provider takes more while these are written."""
    mapper_messages: int = 10_000
    links: tuple[int, ...] = (100, 10_000, 100_000)
    """Beside how many links the cost of one change is looked at."""


class UnknownOptionError(ValueError):
    """A variable asks for what there is not; the message names it."""


def options_from(environ: Mapping[str, str], rows: tuple[str, ...], on_demand: tuple[str, ...] = ()) -> Options:
    """Read the environment; `rows` are measured where none is named, those `on_demand` only then."""
    chosen = tuple(filter(None, environ.get("BENCH_ROWS", "").split(","))) or rows
    if unknown := set(chosen) - {*rows, *on_demand}:
        raise UnknownOptionError(f"BENCH_ROWS={','.join(sorted(unknown))}: there are {', '.join((*rows, *on_demand))}")
    if (provider := environ.get("PROVIDER") or "google") not in PROVIDERS:
        raise UnknownOptionError(f"PROVIDER={provider}: there are {', '.join(PROVIDERS)}")
    kafka = environ.get("KAFKA") or ("embedded" if kafka_obstacle() else "apache")
    plan = Options(chosen, kafka, provider, baseline=environ.get("BASELINE", ""))
    plan = _quick(plan) if environ.get("QUICK") else plan
    if wanted := environ.get("OUTBOUND"):
        plan = replace(plan, outbound=int(wanted))
    sizes = tuple(int(size) for size in environ.get("SIZES", "").split(",") if size)
    rates = tuple(float(rate) for rate in environ.get("RATES", "").split(",") if rate)
    plan = replace(plan, rates=rates) if rates else plan
    if not sizes:
        return plan
    return replace(plan, sizes=sizes, links=(min(plan.links), max(sizes)), outbound=min(plan.outbound, max(sizes)))


def _quick(plan: Options) -> Options:
    """The smallest run that goes through everything: for a look, and for the test of the bench itself."""
    return replace(
        plan,
        quick=True,
        rates=(3,),
        slow_rates=(),
        seconds=2,
        least_changes=6,
        sizes=(150,),
        outbound=30,
        distances_ms=(0, 50),
        mapper_messages=300,
        links=(100, 200),
    )
