"""What a library says over and over is said once in a while."""

import logging

from chassis.observability.logs import RepeatFilter


def record(words: str, *values: object, at: float, library: str = "aiokafka.conn") -> logging.LogRecord:
    return logging.makeLogRecord({"name": library, "msg": words, "args": values, "created": at})


def test_a_repetition_is_left_out_and_counted_when_it_is_said_again() -> None:
    damper = RepeatFilter("aiokafka", silence=10)
    said = [record("node %s: %s", 1, number, at=number) for number in range(11)]
    passed = [one for one in said if damper.filter(one)]
    assert [one.getMessage() for one in passed] == ["node 1: 0", "node 1: 10 (and 9 times before)"]


def test_other_words_and_other_libraries_pass() -> None:
    damper = RepeatFilter("aiokafka", silence=10)
    assert damper.filter(record("one", at=0))
    assert damper.filter(record("two", at=0))
    assert all(damper.filter(record("one", at=0, library="mapper.work")) for _ in range(3))


def test_values_with_per_cent_signs_are_no_templates() -> None:
    damper = RepeatFilter("aiokafka", silence=10)
    passed = [one for one in (record("100 %", at=at) for at in (0, 1, 20)) if damper.filter(one)]
    assert [one.getMessage() for one in passed] == ["100 %", "100 % (and 1 times before)"]
