"""What the sandbox tells when it is ready: where everything is, pages first."""

from sandbox.plan import Plan
from sandbox.simulated import SIMULATED


def addresses(plan: Plan) -> list[str]:
    """Return the lines to print."""
    at = {name: f"127.0.0.1:{port}" for name, port in plan.listeners.items() if name != "kafka_controller"}
    pages = {"Begin here": f"http://{at['start']}/"} if plan.starts_page else {}
    pages |= {
        "Calendar sync": f"http://{at['connector']}/calendar-sync",
        "Activities": f"http://{at['activity-store']}/activities",
    }
    pages |= {SIMULATED[name].page: f"http://{at[name]}/" for name in plan.simulators}
    servers = {name: address if name in {"kafka", "mongo"} else f"http://{address}" for name, address in at.items()}
    files = {"settings": f"{plan.folder}/settings.env", "logs": f"{plan.folder}/logs"}
    return [f"  {name:<16} {where}" for name, where in {**pages, **servers, **files}.items()]
