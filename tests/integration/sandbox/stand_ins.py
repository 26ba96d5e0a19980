"""A sandbox with the real broker and database, and stand-ins for the services.

The stand-ins shadow the services' packages by PYTHONPATH; all they do is to be ready and to show their settings.
"""

from pathlib import Path

import httpx

from tests.support.ports import free_base
from tests.support.sandboxes import Sandbox

STAND_IN = """
import http.server, json, os
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(dict(os.environ)).encode())
http.server.HTTPServer(("127.0.0.1", int(os.environ["TANDEM_PORT"])), Answer).serve_forever()
"""
CONNECTOR, MONGO, KAFKA = 1, 17, 92
"""How far above the base of the ports each is."""


def with_stand_ins(folder: Path, kafka: str = "embedded") -> Sandbox:
    """Return a sandbox that is not started yet."""
    for package in ("connector", "mapper", "activity_store"):
        (folder / package).mkdir(parents=True)
        (folder / package / "__init__.py").touch()
        (folder / package / "__main__.py").write_text(STAND_IN)
    environ = {
        "PYTHONPATH": str(folder),
        "TANDEM_GOOGLE_API_URL": "http://google.invalid",
        "TANDEM_GRAPH_URL": "http://graph.invalid/v1.0",
        "TANDEM_EXCHANGE_ALLOWED_HOSTS": "exchange.invalid",
        "KAFKA": kafka,
    }
    return Sandbox(folder / "sandbox", free_base(), environ)


async def settings_of_the_connector(sandbox: Sandbox) -> dict[str, str]:
    """Return the environment of the connector's stand-in."""
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{sandbox.url(CONNECTOR)}/readyz")
    settings: dict[str, str] = answer.json()
    return settings
