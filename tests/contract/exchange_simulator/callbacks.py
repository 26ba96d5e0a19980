"""A client's address for notifications, over HTTP: keeps what comes, and answers `OK`."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

from lxml import etree

from simulators.exchange.domain.xml import children, local, q
from tests.contract.exchange_simulator.driver import result
from tests.support.simulator_driver import wait_until


@dataclass
class Callbacks:
    """What came to an address."""

    url: str
    calls: list[bytes] = field(default_factory=list)

    @property
    def events(self) -> list[str]:
        """The names of all events in their order."""
        notifications = (one for call in self.calls for one in etree.fromstring(call).iter(q("m:Notification")))
        return [local(event) for one in notifications for event in children(one) if local(event).endswith("Event")]

    def wait_for(self, event: str) -> None:
        """Wait until an event has come."""
        wait_until(lambda: event in self.events, f"a {event}")


@contextmanager
def callbacks() -> Iterator[Callbacks]:
    """Serve an address as long as the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.calls.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            self.send_response(200)
            self.send_header("Content-Type", "text/xml; charset=utf-8")
            self.end_headers()
            self.wfile.write(result())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    made = Callbacks(f"http://127.0.0.1:{server.server_port}/hook")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
