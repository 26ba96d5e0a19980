"""The whole system in one process, for a browser: real services and simulators, broker and database in memory.

`python -m tests.pages.calendar_sync.served BASE` listens on the sandbox's ports above BASE. Time goes on only while
something is asked: a little with each request, and as much as `POST /elapse?seconds=` on port BASE + TIME asks for. So
a page that looks again and again finds the sync further each time, and nothing waits for the machine.
"""

import asyncio
import contextlib
import queue
import sys
import threading
from collections.abc import Coroutine, Mapping
from concurrent.futures import Future
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import httpx

from sandbox.ports import Ports
from tests.simulation import system as simulation
from tests.simulation.logs import configure_logs
from tests.simulation.system import System

TIME = 98
"""Above the base, which the run of tests holds for itself."""

WITH_EACH_REQUEST = 0.4
"""Seconds."""
_HOP_BY_HOP = frozenset({"connection", "content-length", "transfer-encoding", "keep-alive", "date", "server"})


class Handler(BaseHTTPRequestHandler):
    """Hands a request to the system and its answer back."""

    system: ClassVar[System]
    clients: ClassVar[dict[int, httpx.AsyncClient]]
    work: ClassVar["queue.SimpleQueue[tuple[Coroutine[Any, Any, Any], Future[Any]]]"] = queue.SimpleQueue()
    """What is to be done in the system, by its own thread: browsers open connections on which nothing comes."""

    def handle_any(self) -> None:
        """Answer a request of any method."""
        port = self.server.server_port  # type: ignore[attr-defined]  # HTTPServer's
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if port not in self.clients:
            self._elapse()
            return
        answer = self._run(self._ask(port, body))
        self.send_response(answer.status_code)
        for name, value in answer.headers.multi_items():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        content = answer.content
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with contextlib.suppress(BrokenPipeError):  # the page was left meanwhile
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_any  # noqa: N815

    async def _ask(self, port: int, body: bytes) -> httpx.Response:
        headers = [(name, value) for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP]
        url = f"http://{self.headers['Host']}{self.path}"
        self.clients[port].cookies.clear()  # those are the browser's to keep
        request = self.clients[port].build_request(self.command, url, headers=headers, content=body)
        request.headers["accept-encoding"] = "identity"
        answer = await self.clients[port].send(request)
        await asyncio.sleep(WITH_EACH_REQUEST)
        return answer

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        done: Future[Any] = Future()
        self.work.put((work, done))
        return done.result()

    def _elapse(self) -> None:
        seconds = float(parse_qs(urlsplit(self.path).query).get("seconds", ["0"])[0])
        self._run(asyncio.sleep(seconds))
        failures = [repr(one) for one in self.system.network.failures]
        content = "\n".join(failures).encode()
        self.send_response(500 if failures else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def listeners(ports: Ports) -> Mapping[str, int]:
    """Return what is listened on."""
    names = ("connector", "mapper", "activity_store", "google", "microsoft", "exchange")
    return {name: getattr(ports, name) for name in names}


def serve(base: int) -> None:
    """Serve until killed."""
    configure_logs()
    ports = Ports.moved(base)
    simulation._PORTS = ports
    system = Handler.system = System(7, ("google", "microsoft", "exchange"), {})
    at = listeners(ports)
    Handler.clients = {port: httpx.AsyncClient(transport=system.wire, timeout=60) for port in at.values()}
    system.run(asyncio.sleep(5))
    for port in (base + TIME, *at.values()):
        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"ready {system.settings['TANDEM_JWT_SECRET']}\n")
    sys.stdout.flush()
    while True:
        work, done = Handler.work.get()
        try:
            done.set_result(system.run(work))
        except httpx.HTTPError as error:
            done.set_exception(error)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
