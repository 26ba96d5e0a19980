"""Requests built by Microsoft's SDK, sent by httpx with the account's token, at most four at a time per mailbox."""

import asyncio
from typing import Any
from weakref import WeakValueDictionary

import httpx
from kiota_abstractions.request_information import RequestInformation

from connector.adapters.providers.graph.errors import Target, translate
from connector.adapters.providers.wire import broken_answer, send_authorised
from connector.domain.provider.port import Access

AT_ONCE = 4
"""Calls to one mailbox that Outlook takes at a time; more are refused (throttling limits, "MailboxConcurrency")."""
_ME = ("/users/me-token-to-replace", "/me")
"""The SDK's builders write the first; its own middleware makes the second of it."""


class Transport:
    """Sends a built request, renewing the token once when Graph refuses it."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._slots: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def send(self, access: Access, request: RequestInformation, target: Target) -> Any:  # noqa: ANN401 - JSON
        """Return the decoded answer, None where there is no body. Raises `connector.domain.provider.errors`."""
        async with self._slot(access.mailbox):
            answer = await send_authorised(self._http, access, lambda token: self._built(request, token), "Microsoft")
        return _result(answer, target)

    def _slot(self, mailbox: str) -> asyncio.Semaphore:
        slot = self._slots.get(mailbox)
        if slot is None:
            slot = self._slots[mailbox] = asyncio.Semaphore(AT_ONCE)
        return slot

    def _built(self, request: RequestInformation, token: str) -> httpx.Request:
        if request.http_method is None:
            raise TypeError("a request without a method")
        headers = {name: ", ".join(sorted(values)) for name, values in request.headers.get_all().items()}
        return self._http.build_request(
            request.http_method.value,
            request.url.replace(*_ME, 1),
            headers={**headers, "authorization": f"Bearer {token}"},
            content=request.content,
        )


def _result(answer: httpx.Response, target: Target) -> Any:  # noqa: ANN401 - JSON
    if answer.status_code >= 300:
        raise translate(answer, target)
    if not answer.content:
        return None
    try:
        return answer.json()
    except ValueError as error:  # neither JSON nor UTF-8, whatever the status says
        raise broken_answer("the answer is not JSON") from error
