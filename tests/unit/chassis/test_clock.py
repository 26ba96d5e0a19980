"""Clocks: aware, in whole milliseconds, and moved by a file where the sandbox asks for it."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis.clock import ManualClock, ShiftedClock, SystemClock


def test_the_system_clock_is_aware_and_keeps_what_bson_keeps() -> None:
    now = SystemClock().now()
    assert now.utcoffset() == timedelta()
    assert now.microsecond % 1000 == 0


def test_a_manual_clock_moves_only_when_told() -> None:
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    assert clock.now() == clock.now()
    clock.advance(timedelta(hours=1))
    assert clock.now() == datetime(2026, 1, 1, 1, tzinfo=UTC)


def shift_of(clock: ShiftedClock) -> float:
    return round((clock.now() - SystemClock().now()).total_seconds())


@pytest.mark.parametrize("text", ["86400", " 86400.0\n"])
def test_a_shifted_clock_follows_its_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "clock"
    clock = ShiftedClock(path)
    assert shift_of(clock) == 0
    path.write_text(text)
    assert shift_of(clock) == 86400
    path.write_text("-60")
    os.utime(path, ns=(1, 1))
    assert shift_of(clock) == -60
    path.unlink()
    assert shift_of(clock) == 0


def test_a_half_written_file_keeps_the_last_shift(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    path.write_text("3600")
    clock = ShiftedClock(path)
    assert shift_of(clock) == 3600
    path.write_text("")
    os.utime(path, ns=(1, 1))
    assert shift_of(clock) == 3600
