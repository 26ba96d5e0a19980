"""Texts that are dear to work on, and how many steps it takes to work on one (invariant 6)."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from hypothesis import strategies as st

PIECES = (
    *(" ", "\n", "\t ", "\u00a0", "x", "&", "&amp", "&#1;", "\ufdd0", f"\ufdd0{'1' * 50}\ufdd1"),
    *("┃·", "┃· ", "┃· From the CRM\n", "┃· End of what the CRM says"),
    *("<", "</", "<!", "<!--", "-->", "<?", "<![CDATA[", "<a ", '<a href="', "<span class='"),
    *("<p>", "</p>", "<a>", "<a href=http://x>", "</a>", "<div>", "</div>", "<br>", "<b>", "</b>", "<font color=1>"),
    *("<ul><li>", "<table><tr><td>", "<pre>\n", "<script>"),
)


@st.composite
def adversarial(draw: st.DrawFn, *, longest: int = 4096) -> str:
    """Return one or a few pieces, each many times, one group behind the other."""
    groups = draw(
        st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map("".join), min_size=1, max_size=3)
    )
    room = longest // len(groups)
    return "".join(group * (room // len(group)) for group in groups)


def steps(work: Callable[[], object]) -> int:
    """Return how many lines of Python a piece of work executes and how many functions in C it calls.

    The same work always takes the same number, on whatever machine.
    """
    count = 0

    def traced(_frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return traced

    def profiled(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        count += event == "c_call"

    before = sys.gettrace(), sys.getprofile()
    sys.settrace(traced)
    sys.setprofile(profiled)
    try:
        work()
    finally:
        sys.settrace(before[0])
        sys.setprofile(before[1])
    return count
