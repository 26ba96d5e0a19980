"""The secret of a subscription, as it comes back with each notification (`clientState`, at most 128 characters).

Apart from the rest, so that the webhook needs no SDK.
"""

_MARK = "."


def client_state(channel_id: str, token: str) -> str:
    """Return the secret; it tells our channel, since the subscription's own id is known only after it is open."""
    return f"{channel_id}{_MARK}{token}"


def channel_of(state: str) -> tuple[str, str]:
    """Return the channel's id and token of a `clientState`."""
    channel_id, _, token = state.partition(_MARK)
    return channel_id, token
