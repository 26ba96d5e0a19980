"""Deal and contact information in events, and guests who are persons of the CRM, in a running system (F4, F5, F6)."""

from pathlib import Path

import pytest

from sandbox.clients import succeeded
from tests.support.providers import FEATURES
from tests.support.stories import WITHIN, World, call, connected, timed
from tests.support.waiting import wait_until

LONG = "Grüße 🗓️ שלום\n" * 500
"""About 8,000 characters with emoji, right-to-left text and line breaks."""


async def shows(world: World, event_id: str, *words: str, without: str = "\0") -> str:
    """Wait until an event's description holds these words; return it."""

    async def look() -> str | None:
        event = await world.calendar.event(event_id)
        text: str = (event or {}).get("description") or ""
        return text if all(word in text for word in words) and without not in text else None

    return await wait_until(look, awaited=f"{words} in the event, without {without!r}", timeout=WITHIN)


async def test_f4_the_block_follows_the_deal_and_the_setting_and_never_comes_back(folder: Path, unique: str) -> None:
    deal = "/v1/linked-items/deal/1"
    async with connected(folder, unique, include_context=True) as world:
        succeeded(await world.admin.store.put(deal, json={"name": "Big deal", "value": 5000, "currency": "EUR"}))
        activity = await world.sales.add(**call(), deal_id="1", public_description="Agenda")
        event = await world.event_of(activity)
        block = (await shows(world, event["id"], "Agenda", "Big deal", "5000 EUR")).partition("Agenda")[2]
        await world.calendar.change(event["id"], description=f"Before\nAgenda{block}\nAfter", location="Here")
        known = await world.activity_becomes(activity["id"], location="Here")
        assert known["public_description"] == "Before\nAgenda\n\nAfter"
        succeeded(await world.admin.store.put(deal, json={"name": "Bigger deal"}))
        await shows(world, event["id"], "Before", "After", "Bigger deal", without="5000")
        await world.sales.settings(world.connection_id, include_context=False)
        await shows(world, event["id"], "Before", "After", without="deal")
        after = await world.sales.activity(activity["id"])
        assert after is not None
        assert after["public_description"] == "Before\nAgenda\n\nAfter"


async def test_f5_guests_become_participants_whatever_the_case_and_nobody_is_created(synced: World) -> None:
    ann = {"name": "Ann", "emails": ["Ann.Smith@Example.com"]}
    succeeded(await synced.admin.store.put("/v1/linked-items/person/5", json=ann))
    guests = [{"email": "ann.smith@EXAMPLE.COM"}, {"email": "stranger@example.com"}]
    event = await synced.calendar.add(summary="Meeting", attendees=guests, **timed())
    activity = await synced.activity_of(event)
    assert [one["person_id"] for one in activity["participants"]] == ["5"]
    assert {one["email"] for one in activity["attendees"]} >= {guest["email"].lower() for guest in guests}
    await synced.calendar.change(event["id"], attendees=guests[1:])
    await synced.activity_becomes(activity["id"], participants=[])


async def test_i3_a_guest_of_the_calendar_comes_and_goes_and_one_of_the_crm_stays(synced: World) -> None:
    activity = await synced.sales.add(**call(), attendees=[{"email": "ann@client.example"}])
    event = await synced.event_of(activity)
    await synced.calendar.change(event["id"], attendees=[{"email": "bob@client.example"}])
    await synced.guests_are(activity["id"], "ann@client.example", "bob@client.example")
    await synced.calendar.change(event["id"], attendees=[], location="Elsewhere")
    await synced.guests_are(activity["id"], "ann@client.example")
    await synced.activity_becomes(activity["id"], location="Elsewhere")


async def test_f6_long_and_foreign_text_survives_both_ways_and_a_cut_is_no_edit(synced: World) -> None:
    activity = await synced.sales.add(**call("📞 שלום"), public_description=LONG)
    event = await synced.event_of(activity)
    assert (event["summary"], event["description"]) == ("📞 שלום", FEATURES.holds(LONG))
    too_long = LONG + "and more than some hold. " * 50 + "."
    await synced.sales.change(activity["id"], public_description=too_long)
    await synced.event_becomes(event["id"], description=FEATURES.holds(too_long))
    await synced.calendar.change(event["id"], location="Here")
    known = await synced.activity_becomes(activity["id"], location="Here")
    assert known["public_description"] == too_long
    succeeded(await synced.sales.connector.post(f"/v1/connections/{synced.connection_id}/resync"))
    await synced.sales.in_sync(synced.connection_id)
    await synced.calendar.change(event["id"], location="There")
    known = await synced.activity_becomes(activity["id"], location="There")
    assert known["public_description"] == too_long
    await synced.calendar.change(event["id"], description="Short")
    await synced.activity_becomes(activity["id"], public_description="Short")


async def test_f6_html_of_the_calendar_is_text_in_the_crm_and_a_word_in_brackets_is_seen(synced: World) -> None:
    html = "Agenda:<br><ul><li>offer</li><li>price &amp; terms</li></ul>"
    event = await synced.calendar.add(summary="Offer", description=html, **timed())
    activity = await synced.activity_of(event)
    assert activity["public_description"] == "Agenda:\n- offer\n- price & terms"
    text = "if a < b then <call> Ben\nline two"
    await synced.sales.change(activity["id"], public_description=text)
    await synced.event_becomes(event["id"], description=text)
    await synced.calendar.change(event["id"], description=text, location="Here")  # the editor ends lines with <br>
    known = await synced.activity_becomes(activity["id"], location="Here")
    assert known["public_description"] == text


@pytest.mark.skipif(FEATURES.updates != "events.update", reason="Microsoft alone keeps online meetings in the body")
async def test_f9_the_join_block_of_an_online_meeting_stays_when_the_text_around_it_changes(synced: World) -> None:
    block = "<div class='me-email-text'><a href='https://meet.example.com/j/1'>Join on your computer</a></div>"
    body = {"contentType": "html", "content": f"<html><body><div>Our agenda</div><br>{block}</body></html>"}
    event = await synced.calendar.add(summary="Online", isOnlineMeeting=True, body=body, **timed())
    activity = await synced.activity_of(event)
    assert activity["conference_meeting_url"] == "https://meet.example.com/j/1"
    text = f"Bring the offer\n{activity['public_description']}"
    await synced.sales.change(activity["id"], public_description=text)

    async def changed() -> str | None:
        shown = ((await synced.calendar.event(event["id"])) or {})["graph"]
        content: str = shown["body"]["content"]
        return content if "Bring" in content and shown["isOnlineMeeting"] else None

    content = await wait_until(changed, awaited="the edit in an online meeting", timeout=WITHIN)
    assert f"<div>Bring the offer<br>Our agenda</div><br>{block}" in content
    await synced.calendar.change(event["id"], location="Here")
    known = await synced.activity_becomes(activity["id"], location="Here")
    assert (known["public_description"], known["conference_meeting_url"]) == (text, "https://meet.example.com/j/1")
