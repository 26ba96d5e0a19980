"""What an error may say in a log: where and why it arose, never the input that caused it (G2)."""

import io
import traceback
from collections.abc import Iterator
from types import TracebackType

from pydantic import ValidationError
from structlog.typing import ExcInfo


def without_input(error: BaseException) -> str:
    """Return the text of an error without the values that pydantic found wrong."""
    if not isinstance(error, ValidationError):
        return str(error)
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    places = (f"{'.'.join(map(str, fault['loc']))}: {fault['type']}" for fault in faults)
    return f"{error.error_count()} faults in {error.title}: {'; '.join(places)}"


def traceback_without_input(exc_info: ExcInfo) -> str:
    """Return an exception's traceback, its text and those of its causes without input."""
    kind, error, trace = exc_info
    text = _traceback(kind, error, trace)
    for one in _chain(error):
        if isinstance(one, ValidationError):
            text = _without_faults(text, one)
    return text


def _without_faults(text: str, error: ValidationError) -> str:
    """Return the text with the type of each fault in the place of its line, whatever the line is indented by."""
    lines = [line.strip() for line in str(error).splitlines() if "input_value=" in line]
    for line, fault in zip(lines, error.errors(include_url=False, include_context=False), strict=False):
        text = text.replace(line, fault["type"])
    return text


def _traceback(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> str:
    written = io.StringIO()
    traceback.print_exception(kind, error, trace, file=written)
    return written.getvalue().rstrip("\n")


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__]
        waiting += getattr(one, "exceptions", ())
