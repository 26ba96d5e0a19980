"""Sends one request to an Exchange server through the gate, and sorts what comes back (`statuses`)."""

import ssl
import time
from collections.abc import Iterator
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from connector.adapters.providers.ews.transport import statuses
from connector.adapters.providers.ews.transport.gate import Gate, GuardedPools
from connector.adapters.providers.wire import broken_answer
from connector.domain.provider.errors import ConnectionLost, Transient

LONGEST_ANSWER = 64 * 1024 * 1024
"""Bytes of an answer, unpacked: a page of 512 items with bodies is far below; who sends more means harm."""


class _Bounded(requests.Response):
    """An answer that is read no further than `LONGEST_ANSWER`."""

    def iter_content(self, chunk_size: int | None = 1, decode_unicode: bool = False) -> Iterator[Any]:
        total = 0
        for chunk in super().iter_content(chunk_size, decode_unicode):
            total += len(chunk)
            if total > LONGEST_ANSWER:
                self.close()
                raise broken_answer("the answer is too long")
            yield chunk


class GuardedAdapter(HTTPAdapter):
    """requests' adapter with one connection, for one mailbox."""

    def __init__(self, gate: Gate, trust: ssl.SSLContext) -> None:
        self._gate = gate
        self._line = gate.line
        self._trust = trust
        super().__init__(pool_connections=1, pool_maxsize=1, pool_block=True)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:  # noqa: ANN401 - requests' own
        """Make urllib3's pools with our gate and our trust; one of them at a time, so that no connection is left."""
        self.poolmanager = GuardedPools(
            self._gate, num_pools=connections, maxsize=maxsize, block=block, ssl_context=self._trust, **options
        )

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ANN401, ARG002 - requests' own
        """Demand a certificate that the context trusts, whatever the caller says; no authorities of requests' own."""
        conn.cert_reqs = "CERT_REQUIRED"

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:  # noqa: ANN401 - requests' own
        """Return the answer, bounded in length."""
        response = super().build_response(req, resp)
        response.__class__ = _Bounded
        return response

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:  # noqa: ANN401 - requests' own
        """Return EWS's answer, or the 401 that NTLM goes on from. Raises `connector.domain.provider.errors`.

        The caller's options are not heeded: no proxy (whose address would be judged in place of the server's), always
        verified, and as long to wait as the line says.
        """
        url = str(request.url)
        self._gate.policy.check_url(url)
        opened = self._line.opened
        response = self._sent(request)
        if response.status_code == statuses.UNAUTHORIZED and not statuses.bears_proof(request):
            return response
        if response.status_code == statuses.UNAUTHORIZED and _torn(request, self._line.opened - opened):
            raise Transient("connection_failed", "the connection did not last for the whole sign-in (NTLM needs that)")
        return self._judged(response)

    def _judged(self, response: requests.Response) -> requests.Response:
        self._line.back_off = statuses.back_off(response)
        if error := statuses.refusal(response, self._gate.policy):
            raise error
        return response

    def _sent(self, request: requests.PreparedRequest) -> requests.Response:
        """Send a request; one that changes nothing is sent again at once where a kept connection was dead."""
        if self._line.is_cut:
            raise _cut_off()
        try:
            return self._once(request)
        except requests.RequestException as error:
            if self._line.is_cut:
                raise _cut_off() from error
            if not statuses.is_broken(error):
                raise statuses.failure(error) from error
            if not statuses.is_read(request):
                raise ConnectionLost("connection_failed", "the connection broke under a write") from error
            if statuses.handshake_step(request.headers):
                raise statuses.failure(error) from error
        try:
            return self._once(request)
        except requests.RequestException as error:
            raise statuses.failure(error) from error

    def _once(self, request: requests.PreparedRequest) -> requests.Response:
        began = time.monotonic()
        response = super().send(request, timeout=self._line.seconds, verify=True)
        if response.status_code != statuses.UNAUTHORIZED:  # NTLM looks at the connection of a 401 before its body
            _ = response.content
        self._line.slowest = max(self._line.slowest, time.monotonic() - began)
        if self._line.is_cut:  # an answer that ends with its connection looks whole
            raise _cut_off()
        return response


def _cut_off() -> Transient:
    return Transient("timeout", "the server did not answer in time")


def _torn(request: requests.PreparedRequest, opened: int) -> bool:
    """Tell whether the last step of a handshake went over another connection than the first: it proves nothing."""
    return opened > 0 and statuses.handshake_step(request.headers) is not None
