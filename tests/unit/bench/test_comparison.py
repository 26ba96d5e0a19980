"""A figure stands beside the floor's and beside an earlier build's."""

import pytest

from bench.baseline import NoBaselineError, beside, built
from bench.options import options_from
from bench.report import print_table
from bench.results import Figure

FIGURE = Figure("b", "first sync: rate", "/s", 300.0, 400.0)


def test_a_baseline_s_figure_is_found_by_what_it_measures() -> None:
    (one,) = beside([FIGURE], {"first sync: rate": 100.0, "resync": 7.0})
    assert (one.ratio, one.before, one.change) == (0.75, 100.0, 3.0)


def test_what_the_baseline_did_not_measure_has_no_comparison(capsys: pytest.CaptureFixture[str]) -> None:
    (one,) = beside([FIGURE], {})
    print_table([one])
    assert (one.before, one.as_json()["change"]) == (None, None)
    assert capsys.readouterr().out.splitlines()[1].split("  ")[-1] == "0.75"


def test_the_baseline_is_asked_for_by_a_variable() -> None:
    assert options_from({"BASELINE": "abc123"}, ("sync",)).baseline == "abc123"
    assert options_from({}, ("sync",)).baseline == ""


def test_a_baseline_that_is_no_commit_ends_with_its_name() -> None:
    with pytest.raises(NoBaselineError, match="no-such-commit"):
        built("no-such-commit")
