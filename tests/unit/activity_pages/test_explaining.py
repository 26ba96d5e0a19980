"""The mapper's words in the reader's language, and which remedies a click carries out (L1)."""

import inspect

import pytest

from activity_store.entrypoints.pages.explaining import RemedyRead, in_words, is_applicable, read, shown, warning_of
from mapper.domain.model import explanations
from mapper.domain.model.decision import Explanation
from tests.unit.activity_pages.test_entries import LANGUAGES

POLISH = LANGUAGES.choose("pl", "").text
MADE = (
    explanations.frozen("1 December 2026"),
    explanations.frozen(None),
    explanations.filtered("call", ("task",)),
    explanations.unselected("call", ("task",)),
    explanations.held_removal("call"),
    explanations.outbound_filtered("call", (), ()),
    explanations.left_for_its_guests("undated"),
    explanations.merged((), read_only=False),
    explanations.quarantined("too long"),
)
FIXED = [value for _, value in inspect.getmembers(explanations) if isinstance(value, Explanation)]


@pytest.mark.parametrize("explanation", [*FIXED, *MADE], ids=lambda one: one.words[:40])
def test_l1_every_explanation_is_said_in_polish(explanation: Explanation) -> None:
    assert in_words(explanation.words, POLISH) != explanation.words
    if explanation.remedy:
        assert in_words(explanation.remedy.words, POLISH) != explanation.remedy.words


def test_l1_what_was_filled_in_stays() -> None:
    assert "„call”" in in_words(explanations.filtered("call", ()).words, POLISH)


def test_unknown_words_are_shown_as_they_are() -> None:
    assert in_words("Something new.", POLISH) == "Something new."


@pytest.mark.parametrize(
    ("remedy", "applicable"),
    [
        (None, False),
        (RemedyRead(words="Give the activity a date."), False),
        (RemedyRead(words="Choose its calendar again.", setting="calendar_id"), False),
        (RemedyRead(words="Switch", setting="direction", value="two_way"), True),
    ],
)
def test_l1_a_click_needs_a_setting_and_its_value(remedy: RemedyRead | None, applicable: bool) -> None:
    assert is_applicable(remedy) is applicable


def test_i2_mailing_guests_must_be_agreed_to() -> None:
    assert warning_of(RemedyRead(words="Let", setting="invite_guests", value=True))
    assert warning_of(RemedyRead(words="Switch", setting="direction", value="two_way")) is None


def test_an_answer_that_cannot_be_read_is_none() -> None:
    assert read(None) is None
    assert read({"items": [{"at": "yesterday"}]}) is None
    one = {"at": "2026-12-01T10:00:00Z", "rule": "B1", "words": explanations.OUTBOUND.words, "lost": []}
    found = read({"items": [one]})
    assert found
    assert shown(found, POLISH)[0].words == POLISH(explanations.OUTBOUND.words)
