"""Invariant 6: whatever a description holds, the context block is found in steps in proportion to its size (F4)."""

import pytest
from hypothesis import given, settings

from mapper.domain.rules.context_block import found_in, strip, with_block
from tests.support.adversarial import adversarial, steps

_BEFORE, _FOR_EACH = 100, 12


@pytest.mark.parametrize(
    "text", [" " * 65_000 + "x", "┃·" * 32_000, "┃· End of what the CRM says" * 2_400, "┃·\n" * 20_000]
)
def test_invariant_6_what_the_store_accepts_is_gone_through_once(text: str) -> None:
    """These held the service for minutes, or ended in its dead letters for their depth."""
    whole = steps(lambda: with_block(text, "┃· block"))
    half = steps(lambda: with_block(text[: len(text) // 2], "┃· block"))
    assert whole <= 2 * half + _BEFORE


@settings(max_examples=30, deadline=None)
@given(text=adversarial())
def test_invariant_6_no_text_takes_more_steps_than_its_size_allows(text: str) -> None:
    for work in (lambda: strip(text, tidy=True), lambda: found_in(text), lambda: with_block(text, "┃· block")):
        assert steps(work) <= _BEFORE + _FOR_EACH * len(text)
