"""What `make run` does once everything is ready: put the demo's people in, or a calendar file of your own."""

from collections.abc import Mapping
from pathlib import Path

import httpx

from sandbox import demo_data
from sandbox.clients import NeverHappenedError
from sandbox.console import Say
from sandbox.ics.put_in import PutIn
from sandbox.plan import Plan
from sandbox.simulated import PROVIDERS, simulated
from sandbox.stage import provider_of, stage


async def open_with_data(plan: Plan, say: Say, environ: Mapping[str, str]) -> None:
    """Fill the sandbox (`DEMO_DATA=no`: not at all; `ICS=path`: with that file); a failure is told, no more."""
    obstacle = _obstacle(plan, environ)
    if obstacle:
        say("demo", obstacle)
        return
    file = environ.get("ICS")
    try:
        async with stage({**plan.settings, **plan.addresses}, provider_of(environ)) as opened:
            await demo_data.play(opened, say, Path(file) if file else None, PutIn(plan.folder))
    except (httpx.HTTPError, NeverHappenedError, OSError, ValueError) as error:
        say("demo", f"the demo data did not go in: {error}")


def _obstacle(plan: Plan, environ: Mapping[str, str]) -> str | None:
    if environ.get("DEMO_DATA") == "no":
        return "starts empty, as asked"
    provider = provider_of(environ)
    if provider not in PROVIDERS:
        return f"starts empty: PROVIDER={provider} is none of {', '.join(PROVIDERS)}"
    if simulated(provider) not in plan.simulators:
        return "starts empty: the calendar provider is not the sandbox's own"
    if "TANDEM_JWT_SECRET" not in plan.settings:
        return "starts empty: tokens come from the provider at TANDEM_JWKS_URL"
    return None
