"""Requests built by Google's SDK, sent by httpx: the SDK's own transport would hold a thread for every call."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httplib2
import httpx
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError
from googleapiclient.http import MAX_URI_LENGTH, HttpRequest

from connector.adapters.providers.google.errors import Target, translate
from connector.adapters.providers.wire import broken_answer, send_authorised
from connector.domain.provider.port import Access

if TYPE_CHECKING:
    from googleapiclient._apis.calendar.v3 import CalendarResource

_PATH = "/calendar/v3"


def calendar_service(root: str) -> "CalendarResource":
    """Return the SDK's request builder; `api_endpoint` replaces root *and* service path of the discovery document."""
    return build(
        "calendar",
        "v3",
        http=httplib2.Http(),  # never used: keeps the SDK from looking for credentials on this machine
        client_options={"api_endpoint": root.rstrip("/") + _PATH},
        static_discovery=True,
    )


class Transport:
    """Sends a built request with the account's token, renewed once when Google refuses it."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def send(self, access: Access, request: HttpRequest, target: Target) -> Any:  # noqa: ANN401 - JSON
        """Return the decoded answer, by the SDK's own post-processing. Raises `connector.domain.provider.errors`."""
        answer = await send_authorised(self._http, access, lambda token: self._built(request, token), "Google")
        return _result(request, answer, target)

    def _built(self, request: HttpRequest, token: str) -> httpx.Request:
        headers = {**(request.headers or {}), "authorization": f"Bearer {token}"}
        method, uri, body = request.method, request.uri, request.body
        if len(uri) > MAX_URI_LENGTH and method == "GET":  # what the SDK does in its own execute()
            method, parts = "POST", urlsplit(uri)
            uri, body = parts._replace(query="").geturl(), parts.query
            headers |= {"x-http-method-override": "GET", "content-type": "application/x-www-form-urlencoded"}
        return self._http.build_request(method, uri, headers=headers, content=body)


def _result(request: HttpRequest, answer: httpx.Response, target: Target) -> Any:  # noqa: ANN401 - JSON
    response = httplib2.Response({**answer.headers, "status": str(answer.status_code)})
    if answer.status_code >= 300:
        error = HttpError(response, answer.content, uri=request.uri)
        raise translate(error, target) from error
    try:
        return request.postproc(response, answer.content)
    except ValueError as error:  # neither JSON nor UTF-8, whatever the status says
        raise broken_answer("the answer is not JSON") from error
