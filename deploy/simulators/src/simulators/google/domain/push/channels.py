"""Push channels: what is watched, for how long, and what a notification says."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random
from typing import Any
from urllib.parse import urlsplit

from simulators.google.domain.errors import GoogleError, invalid, required

# 7 days by default, at most 30 (documented and observed).
DEFAULT_TTL = timedelta(days=7)
MAX_TTL = timedelta(days=30)
_MAX_ID, _MAX_TOKEN = 64, 256


@dataclass(slots=True)
class Channel:
    """A live channel of one account on one resource."""

    id: str
    address: str
    token: str | None
    kind: str
    resource: str
    resource_uri: str
    email: str
    client_id: str
    expires: datetime
    number: int = 1
    silent: bool = False

    @property
    def resource_id(self) -> str:
        """Opaque, the same for two channels on the same resource."""
        return resource_id(self.resource)


@dataclass(frozen=True, slots=True)
class Notification:
    """One POST: no body, all in the headers."""

    address: str
    headers: dict[str, str]


@dataclass(slots=True)
class Channels:
    """Live channels, and all ids ever used: those are never free again."""

    live: dict[str, Channel] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def open(self, channel: Channel) -> None:
        """Register; 400 `channelIdNotUnique` for an id that was ever used."""
        if channel.id in self.used:
            raise GoogleError(400, "channelIdNotUnique", f"Channel id {channel.id} not unique")
        self.used.add(channel.id)
        self.live[channel.id] = channel

    def stop(self, channel_id: str, resource: str, email: str, client_id: str) -> Channel:
        """End a channel of the same user and client; 404 otherwise."""
        channel = self.live.get(channel_id)
        wanted = (resource, email, client_id)
        if channel is None or (channel.resource_id, channel.email, channel.client_id) != wanted:
            message = f"Channel '{channel_id}' not found for project 'sandbox'"
            raise GoogleError(404, "notFound", message)
        return self.live.pop(channel_id)

    def watching(self, resource: str, now: datetime) -> list[Channel]:
        """The channels to be told of a change; expired ones vanish here, in silence."""
        for channel in [one for one in self.live.values() if one.expires <= now]:
            del self.live[channel.id]
        return [one for one in self.live.values() if one.resource == resource and not one.silent]


def resource_id(resource: str) -> str:
    """Google's opaque name of a watched resource."""
    return hashlib.sha256(resource.encode()).hexdigest()[:27]


def expiry(body: dict[str, Any], now: datetime) -> datetime:
    """What was asked by `expiration` (ms) or `params.ttl` (s), within Google's limits."""
    asked = DEFAULT_TTL
    if "ttl" in body.get("params", {}):
        asked = timedelta(seconds=_number(body["params"]["ttl"], "ttl"))
    if "expiration" in body:
        moment = datetime.fromtimestamp(_number(body["expiration"], "expiration") / 1000, UTC)
        asked = min(moment - now, asked) if "ttl" in body.get("params", {}) else moment - now
    if asked <= timedelta(0):
        raise invalid("Channel expiration lies in the past.")
    return now + min(asked, MAX_TTL)


def _number(value: object, name: str) -> int:
    try:
        return int(str(value))
    except ValueError as error:
        raise invalid(f"Invalid value for {name}") from error


def check(body: dict[str, Any], *, https_only: bool) -> None:
    """Refuse what Google refuses in a watch body."""
    if not body.get("id"):
        raise required("Missing channel id.")
    if len(body["id"]) > _MAX_ID or len(body.get("token", "")) > _MAX_TOKEN:
        raise invalid("Channel id or token too long.")
    if body.get("type") not in {"web_hook", "webhook"}:
        raise GoogleError(400, "push.channelTypeNotSupported", "Channel type not supported.", domain="push")
    address = body.get("address", "")
    scheme = urlsplit(address).scheme
    if scheme not in {"https"} | (set() if https_only else {"http"}):
        raise GoogleError(
            400,
            "push.webhookUrlNotHttps",
            f"WebHook callback must be HTTPS: {address}",
            domain="push",
        )


def notification(channel: Channel, state: str, rng: Random) -> Notification:
    """The next message of a channel; numbers grow by jumps after the `sync` message's 1."""
    number = channel.number
    channel.number += rng.randrange(1, 5000)
    headers = {
        "X-Goog-Channel-ID": channel.id,
        "X-Goog-Message-Number": str(number),
        "X-Goog-Resource-ID": channel.resource_id,
        "X-Goog-Resource-State": state,
        "X-Goog-Resource-URI": channel.resource_uri,
        "X-Goog-Channel-Expiration": format_datetime(channel.expires, usegmt=True),
        "User-Agent": "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)",
        "Content-Length": "0",
        "Accept": "*/*",
    }
    if channel.token is not None:
        headers["X-Goog-Channel-Token"] = channel.token
    return Notification(channel.address, headers)
