"""Why a command ends early, and what its exit code says."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes, the same for all commands."""

    DONE = 0
    FOUND = 1
    """It went through, and there is something to see to: differences, unreadable credentials, what was not replayed."""
    USAGE = 2
    """The command line or a setting is wrong (click's own code, too)."""
    NOT_ALLOWED = 3
    NOT_FOUND = 4
    AWAY = 5
    """A service or the broker does not answer: try again."""
    REFUSED = 6
    """It was understood and refused: the state of things does not allow it."""


class CommandFailed(Exception):  # noqa: N818 - what it is, not only that it is an error
    """Ends a command with a line for people, or a JSON object for machines."""

    def __init__(self, code: Exit, detail: str, problem: str = "") -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.problem = problem or code.name.lower()
