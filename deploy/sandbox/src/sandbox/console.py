"""What the person at the terminal reads: one line per state, in front of it the time and the part it is about."""

import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TextIO

from honcho.printer import Message, Printer

Say = Callable[[str, str], None]
"""Takes the part's name and the words."""

_WIDTH = len("activity-store")


class Console:
    """Prints to `output`; the services' own logs are in their files."""

    def __init__(self, output: TextIO = sys.stdout) -> None:
        self._printer = Printer(output, width=_WIDTH)

    def say(self, name: str, words: str) -> None:
        """Print `words` about the part `name`."""
        now = datetime.now().astimezone()
        with suppress(BrokenPipeError):  # nobody reads any more; the system goes on
            self._printer.write(Message(type="line", data=words, time=now, name=name, colour=None))
