"""Every combination of direction, origin, type, time and happening has one decision, and the documents tell it."""

import pytest

from tests.support import decision_table
from tests.support.decision_table import Case, cases, play


@pytest.mark.parametrize("direction", decision_table.DIRECTIONS)
@pytest.mark.parametrize("origin", decision_table.ORIGINS)
def test_l1_every_case_is_decided_once_by_one_rule_and_says_why(direction: str, origin: str) -> None:
    for case in cases():
        if (case.direction, case.origin) == (direction, origin):
            _is_decided(case)


def _is_decided(case: Case) -> None:
    answer = play(case)
    assert answer.decided.words, case
    assert answer.decided.rule[0] in "ABCDEFGHIJKL", case
    assert len(answer.asked) <= 1, case


def test_the_document_tells_what_is_decided() -> None:
    assert decision_table.FILE.read_text() == decision_table.text(), "make docs writes it anew"
