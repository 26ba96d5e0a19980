"""What the sandbox tells when it is ready: where everything is, pages first."""

from sandbox.plan import Plan


def addresses(plan: Plan) -> list[str]:
    """Return the lines to print."""
    at = {name: f"127.0.0.1:{port}" for name, port in plan.listeners.items() if name != "kafka_controller"}
    pages = {"Calendar sync": f"http://{at['connector']}/calendar-sync"}
    if "google" in at:
        pages["Google calendar"] = f"http://{at['google']}/"
    servers = {name: address if name in {"kafka", "mongo"} else f"http://{address}" for name, address in at.items()}
    files = {"settings": f"{plan.folder}/settings.env", "logs": f"{plan.folder}/logs"}
    return [f"  {name:<15} {where}" for name, where in {**pages, **servers, **files}.items()]
