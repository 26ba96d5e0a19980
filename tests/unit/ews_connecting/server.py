"""A small honest HTTP server for the way to Exchange: it answers what a test tells it to, with or without TLS."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import trustme

SOAP = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"'
    ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><s:Header>{header}</s:Header>'
    "<s:Body>{body}</s:Body></s:Envelope>"
)
VERSION = '<t:ServerVersionInfo MajorVersion="15" MinorVersion="2" MajorBuildNumber="1544" MinorBuildNumber="4"/>'


def folders(*ids: str) -> str:
    """Return the answer to a GetFolder; an id that begins with `Error` is one."""
    return (
        "<m:GetFolderResponse><m:ResponseMessages>"
        + "".join(_error(one) if one.startswith("Error") else _folder(one) for one in ids)
        + "</m:ResponseMessages></m:GetFolderResponse>"
    )


def _folder(one: str) -> str:
    return (
        '<m:GetFolderResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Folders>'
        f'<t:CalendarFolder><t:FolderId Id="{one}" ChangeKey="ck"/></t:CalendarFolder></m:Folders>'
        "</m:GetFolderResponseMessage>"
    )


def _error(code: str, more: str = "") -> str:
    return (
        '<m:GetFolderResponseMessage ResponseClass="Error"><m:MessageText>Because.</m:MessageText>'
        f"<m:ResponseCode>{code}</m:ResponseCode>{more}</m:GetFolderResponseMessage>"
    )


@dataclass(frozen=True)
class Asked:
    """A request."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """An answer; `before` runs first, in the server's thread."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    before: Callable[[], object] = lambda: None
    drops: bool = False  # no answer at all: the connection is closed
    dribble: Callable[[], bool] | None = None  # asked before each byte of a body that ends with its connection


def soap(body: str = "", header: str = VERSION, status: int = 200) -> Reply:
    """Return an answer of EWS's."""
    return Reply(
        status,
        SOAP.format(header=header, body=body or folders("cal")).encode(),
        {"Content-Type": "text/xml; charset=utf-8"},
    )


def failed(code: str, more: str = "") -> Reply:
    """Return an answer in which the one thing asked for failed."""
    return soap(
        f"<m:GetFolderResponse><m:ResponseMessages>{_error(code, more)}</m:ResponseMessages></m:GetFolderResponse>"
    )


def challenge(*schemes: str) -> Reply:
    """Return a 401."""
    return Reply(401, b"", {"WWW-Authenticate": ", ".join(schemes)})


@dataclass
class Server:
    """A running server; `answer` may be changed while it runs."""

    answer: Callable[[Asked], Reply]
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    cut_off: int = 0
    host: str = "localhost"
    scheme: str = "http"

    @property
    def url(self) -> str:
        """Return the address of its EWS endpoint."""
        return f"{self.scheme}://{self.host}:{self.port}/EWS/Exchange.asmx"


@contextmanager
def serving(  # noqa: C901 - a handler's methods, each of a few lines
    answer: Callable[[Asked], Reply], tls: trustme.LeafCert | None = None
) -> Iterator[Server]:
    """Serve until the test is over."""
    server = Server(answer, scheme="https" if tls else "http")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            server.connections += 1
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            asked = Asked(self.path, dict(self.headers), body)
            server.asked.append(asked)
            reply = server.answer(asked)
            reply.before()
            if reply.drops:
                self.close_connection = True
            elif reply.dribble:
                self._dribbled(reply)
            else:
                self._whole(reply)

        def _whole(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def _dribbled(self, reply: Reply) -> None:
            self.send_response(reply.status)
            self.send_header("Connection", "close")
            self.end_headers()
            try:
                while reply.dribble and reply.dribble():
                    self.wfile.write(b" ")
            except OSError:
                server.cut_off += 1

        do_GET = do_POST  # noqa: N815 - as above

        def log_message(self, *_: Any) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Say nothing: clients that give up are what the tests are about."""

    listening = Quiet(("127.0.0.1", 0), Handler)
    server.port = listening.server_address[1]
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.configure_cert(context)
        listening.socket = context.wrap_socket(listening.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
