"""Invariant 6: whatever a description holds, the work on it grows with its size and no faster.

Here steps are counted; `make bench-texts` measures the time, that of the parser in C included.
"""

import pytest
from hypothesis import HealthCheck, given, settings

from connector.adapters.providers.html.dialects import EXCHANGE, GOOGLE, Dialect
from connector.adapters.providers.html.layout import read_html
from connector.adapters.providers.html.splice import spliced
from tests.support.adversarial import adversarial, steps

BOTH = pytest.mark.parametrize("dialect", [EXCHANGE, GOOGLE], ids=["exchange", "google"])
relaxed = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_BEFORE, _TO_READ, _TO_WRITE = 4_000, 60, 400
"""Steps whatever the size, and for each character: to read once; to write, with all tries (`splice._MOST_READ`)."""


@BOTH
@relaxed
@given(html=adversarial())
def test_invariant_6_reading_takes_steps_in_proportion_to_the_size(dialect: Dialect, html: str) -> None:
    assert steps(lambda: read_html(html, dialect)) <= _BEFORE + _TO_READ * len(html)


@BOTH
@settings(relaxed, max_examples=8)
@given(html=adversarial(longest=8_192), text=adversarial(longest=2_048))
def test_invariant_6_writing_takes_steps_in_proportion_to_the_size(dialect: Dialect, html: str, text: str) -> None:
    wanted = f"{read_html(html, dialect)[:2_048]}\n{text}"
    size = len(html) + len(wanted)
    assert steps(lambda: spliced(html, wanted, dialect)) <= _BEFORE + _TO_WRITE * size
