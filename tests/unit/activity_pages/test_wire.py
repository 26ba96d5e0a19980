"""What a page is sent: the whole week once, then what differs, and nothing to who has it."""

import json
from typing import Any

from activity_store.entrypoints.pages.wire import Difference, digest_of, view_of, whole
from tests.unit.activity_pages.test_entries import reader, timed


def view(**subjects: str) -> dict[str, str]:
    activities = [timed(id=f"acme:{key}", activity_id=key, subject=subject) for key, subject in subjects.items()]
    return dict(view_of([reader().entry(one) for one in activities]))


def read(text: str) -> Any:
    return json.loads(text)


def test_who_has_nothing_is_sent_the_week() -> None:
    message = Difference(None).to(view(a="One"))
    assert message
    assert (message.event, message.id) == ("week", digest_of(view(a="One")))
    assert [entry["title"] for entry in read(message.data)["shown"]] == ["One"]


def test_who_has_it_is_sent_nothing() -> None:
    assert Difference(digest_of(view(a="One"))).to(view(a="One")) is None


def test_who_missed_something_is_sent_the_week() -> None:
    message = Difference(digest_of(view(a="One"))).to(view(a="Two"))
    assert message
    assert message.event == "week"


def test_then_only_what_differs_is_sent_and_what_left_his_sight_is_a_removal() -> None:
    difference = Difference(None)
    difference.to(view(a="One", b="Two", c="Three"))
    message = difference.to(view(a="One", b="2"))
    assert message
    sent = read(message.data)
    assert [entry["id"] for entry in sent["shown"]] == ["b"]
    assert sent["removed"] == ["c"]
    assert difference.to(view(a="One", b="2")) is None


def test_no_text_can_end_a_message_early() -> None:
    message = Difference(None).to(view(a="One\n\nevent: week\ndata: forged\u2028"))
    assert message
    assert message.text.count("\n\n") == 1
    assert message.text.count("event:") == 2  # the one inside is escaped, in one line with the rest
    assert message.text.startswith("event: week\n")


def test_the_whole_view_names_its_digest() -> None:
    assert read(whole(view(a="One")))["digest"] == digest_of(view(a="One"))
