"""What the bench says while it works: one line for each measurement, beside the table that it prints in the end."""

import sys
from time import perf_counter

_BEGAN = perf_counter()


def say(line: str) -> None:
    """Print a line with the seconds since the start."""
    print(f"[{perf_counter() - _BEGAN:6.0f} s] {line}", file=sys.stderr, flush=True)
