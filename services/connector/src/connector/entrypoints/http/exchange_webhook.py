"""`/webhooks/exchange/{token}`: what Exchange servers send (providers/ews.md 3.2), answered in SOAP.

Any notification is a sign of life of its channel; one with news asks for a pull. Without an `OK` the server sends it
again for some minutes and then forgets the subscription.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response

from chassis.errors import Rejected, Transient
from chassis.web.problems import Problem, problem_responses, unavailable
from connector.adapters.collections import Channel
from connector.adapters.metrics import NOTIFIED
from connector.adapters.providers.ews.callbacks import Notification, Status, answer, channel_of, notifications
from connector.domain.model.connection import Connection
from connector.entrypoints.http.services import InjectedServices, Services

router = APIRouter(tags=["webhooks"])

PATH: Final = "/webhooks/exchange"
_LONGEST: Final = 256 * 1024
Token = Annotated[str, Path(max_length=200)]


@router.post(
    PATH + "/{token}",
    response_class=Response,
    responses={200: {"content": {"text/xml": {}}, "description": "OK, or Unsubscribe"}, **problem_responses(400, 503)},
)
async def exchange(token: Token, request: Request, services: InjectedServices) -> Response:
    """Take a notification of an Exchange server. 503 where it could not be stored: it is sent again.

    Who does not know a channel's address is told to unsubscribe, and so is a subscription that is not the channel's:
    none of what it tells is heard.
    """
    try:
        told = notifications(await _body(request))
    except Rejected as error:
        raise Problem(400, error.code, error.detail) from error
    try:
        status = await _take_in(services, token, told)
    except Transient as error:
        NOTIFIED.labels("exchange", "failed").inc(len(told))
        raise unavailable("the notification could not be stored") from error
    return Response(answer(status), media_type="text/xml; charset=utf-8")


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST:
            raise Rejected("malformed_request", "the notification is too long")
    return bytes(body)


async def _take_in(services: Services, token: str, told: list[Notification]) -> Status:
    found = await services.notifications.genuine(*channel_of(token))
    ours = [one for one in told if found and _is_of(one, *found)]
    NOTIFIED.labels("exchange", "ignored").inc(len(told) - len(ours))
    if found is None or not ours:
        return "Unsubscribe"
    await services.notifications.heard(*found, services.clock.now())
    if news := sum(one.has_news for one in ours):
        await services.notifications.pull([found[1]])
    NOTIFIED.labels("exchange", "pulled").inc(news)
    NOTIFIED.labels("exchange", "alive").inc(len(ours) - news)
    return "OK"


def _is_of(told: Notification, channel: Channel, connection: Connection) -> bool:
    """Tell whether a notification is of the channel's own subscription.

    The first one may come before the answer to the call that opened it, so before its id is known.
    """
    known = connection.subscription
    is_known = known is not None and known.id == channel.id
    return known is None or not is_known or told.subscription_id in {None, known.resource_id}
