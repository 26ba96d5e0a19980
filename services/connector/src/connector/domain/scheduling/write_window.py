"""How many writes of one connection may be at its provider at once (AIMD, as TCP finds its window).

A provider counts what one account asks for; nobody knows what is left of that but its answers. So the window opens by
one with each answer, halves when the provider refuses for load or does not answer, and from then on opens gently: by
one for a whole window of answers.
"""

from dataclasses import dataclass, replace

_FIRST = 2


@dataclass(frozen=True, slots=True)
class WriteWindow:
    """`most` is what the provider stands at all; `knee` is what it refused last, beyond which it opens gently."""

    most: int
    size: float
    knee: float

    @property
    def slots(self) -> int:
        """How many writes may be under way."""
        return max(1, int(self.size))

    @property
    def is_open(self) -> bool:
        """Whether nothing holds it back any more."""
        return self.size >= self.most

    def opened(self) -> "WriteWindow":
        """Return the window after the provider has answered a write."""
        wider = self.size + (1 if self.size < self.knee else 1 / self.size)
        return replace(self, size=min(wider, float(self.most)))

    def halved(self) -> "WriteWindow":
        """Return the window after the provider has refused for load, or has not answered."""
        half = max(1.0, self.size / 2)
        return replace(self, size=half, knee=half)


def first_window(most: int) -> WriteWindow:
    """Return the window of a connection that nothing is known of."""
    return WriteWindow(most, float(min(_FIRST, most)), float(most))
