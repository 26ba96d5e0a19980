"""Alert rules on a shorter scale: what takes an hour in production takes a minute in a test."""

import copy
import re
from functools import partial
from typing import Any, Final

Json = dict[str, Any]

SCALE: Final = 60
_FOR_SCALE: Final = 120
_LONG_SCALE: Final = 10
_LONG: Final = ('le="10.0"', 'reason="outage"')
"""What is no faster in a test: holds of ten seconds, and attempts that come to be seventeen seconds apart."""
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}


def hurried(rules: Json) -> Json:
    """Return rules whose windows are a sixtieth of the real ones, and whose `for:` is a hundred-and-twentieth.

    Thresholds, shares and labels stay, but for the age of an outbox (60 s), which becomes a second: the one threshold
    that is a time and has no histogram. Where what is counted is no faster in a test, the window is a tenth. Nothing
    else of the rules is touched, and nothing but tests calls this.
    """
    changed = copy.deepcopy(rules)
    for group in changed["groups"]:
        for rule in group["rules"]:
            scale = _LONG_SCALE if any(part in rule["expr"] for part in _LONG) else SCALE
            rule["expr"] = re.sub(r"(?:(?<=\[)|(?<=offset ))(\d+)([smh])", partial(_window, scale), rule["expr"])
            rule["expr"] = rule["expr"].replace("(tandem_outbox_age_seconds) > 60", "(tandem_outbox_age_seconds) > 1")
            if "for" in rule:
                rule["for"] = re.sub(r"(\d+)([smh])", lambda found: f"{_scaled(found, _FOR_SCALE)}s", rule["for"])
    return changed


def _window(scale: int, found: re.Match[str]) -> str:
    return f"{_scaled(found, scale)}s"


def _scaled(found: re.Match[str], scale: int) -> int:
    return max(1, int(found[1]) * _SECONDS[found[2]] // scale)
