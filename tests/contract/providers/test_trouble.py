"""Provider contract: every failure is one of `connector.domain.provider.errors`, by what is to be done about it."""

import pytest

from connector.domain.provider.errors import NeedsReauth, Throttled, Transient, WatchRefused
from connector.domain.provider.port import WatchRequest
from contracts.calendar_objects import EventChanges
from tests.contract.providers.stage import NOW, Feature, Planned, Stage, Trouble, pull, timed

CHANNEL = WatchRequest(id="channel-1", token="secret", address="https://tandem.example/webhooks")


async def test_throttling_says_how_long_to_wait(stage: Stage) -> None:
    await stage.trouble(Trouble.THROTTLED)
    with pytest.raises(Throttled) as caught:
        await pull(stage)
    assert caught.value.retry_after == 7


async def test_a_used_up_quota_is_throttling_and_not_a_refusal(stage: Stage) -> None:
    await stage.trouble(Trouble.QUOTA)
    with pytest.raises(Throttled):
        await pull(stage)


@pytest.mark.parametrize("kind", [Trouble.SERVER_ERROR, Trouble.TIME_OUT, Trouble.NOT_JSON])
async def test_what_may_work_later_is_transient(stage: Stage, kind: Trouble) -> None:
    await stage.trouble(kind)
    with pytest.raises(Transient):
        await pull(stage)
    assert await pull(stage)


@pytest.mark.needs(Feature.TOKENS)
async def test_a_refused_token_is_renewed_once(stage: Stage) -> None:
    await stage.create(Planned(EventChanges(summary="One", time=timed(3, 9))))
    await stage.trouble(Trouble.TOKEN_REFUSED)
    items, _ = await pull(stage)
    assert len(items) == 1
    assert stage.access.renewals == 1


@pytest.mark.needs(Feature.TOKENS)
async def test_a_token_refused_for_good_needs_the_user(stage: Stage) -> None:
    await stage.trouble(Trouble.TOKEN_REFUSED, times=None)
    with pytest.raises(NeedsReauth):
        await pull(stage)
    assert stage.access.renewals == 1


@pytest.mark.needs(Feature.TOKENS)
async def test_a_revoked_grant_needs_the_user(stage: Stage) -> None:
    stage.access.revoked = True
    await stage.trouble(Trouble.TOKEN_REFUSED)
    with pytest.raises(NeedsReauth):
        await pull(stage)


@pytest.mark.lacks(Feature.TOKENS)
async def test_a4_a_refused_password_needs_the_user_and_is_never_tried_again(stage: Stage) -> None:
    await pull(stage)
    await stage.trouble(Trouble.TOKEN_REFUSED)
    for _ in range(2):
        with pytest.raises(NeedsReauth):
            await pull(stage)
    assert stage.access.refusals == 1


async def test_a_channel_opens_with_the_expiration_that_was_given(stage: Stage) -> None:
    watch = await stage.provider.watch(stage.access, stage.calendar_id, CHANNEL)
    assert watch.id == CHANNEL.id
    assert watch.expires_at > NOW


async def test_closing_a_channel_twice_is_no_error(stage: Stage) -> None:
    watch = await stage.provider.watch(stage.access, stage.calendar_id, CHANNEL)
    await stage.provider.unwatch(stage.access, watch)
    await stage.provider.unwatch(stage.access, watch)


async def test_l2_a_calendar_that_cannot_be_watched_says_so(stage: Stage) -> None:
    await stage.trouble(Trouble.WATCH_REFUSED)
    with pytest.raises(WatchRefused):
        await stage.provider.watch(stage.access, stage.calendar_id, CHANNEL)
