"""What happens to every API request, whatever the provider: its body, its token, its line in the journal."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request, Response

from simulators.frame.domain.errors import ProviderError
from simulators.frame.http.unanswered import Unanswered
from simulators.frame.simulator import BaseSimulator

HTTP_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(slots=True, kw_only=True)
class Trace:
    """What the journal will say about one request. `problems`: how it or its answer breaks the provider's schema."""

    operation: str = ""
    account: str = ""
    body: Any = None
    traps: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_json(raw: bytes, refused: Callable[[], ProviderError]) -> Any:  # noqa: ANN401 - any JSON value
    """Return a body; None where there is none. Raise `refused` for what is no JSON."""
    if not raw:
        return None
    try:
        return json.loads(raw)
    except ValueError as error:
        raise refused() from error


def bearer(request: Request) -> str:
    """Return the token of the Authorization header; empty where there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def note(
    simulator: BaseSimulator[Any],
    request: Request,
    trace: Trace,
    answer: Response,
    *,
    at: str,
    seen: Mapping[str, Any] | None = None,
) -> None:
    """Keep a request in the journal, `at` in the provider's own form; `seen`: headers that matter to the provider."""
    simulator.journal.note(
        {
            "at": at,
            "method": request.method,
            "path": request.scope["raw_path"].decode(),
            "query": dict(request.query_params),
            **(seen or {}),
            "body": trace.body,
            "status": None if isinstance(answer, Unanswered) else answer.status_code,
            "operation": trace.operation,
            "account": trace.account,
            "traps": trace.traps,
            "problems": trace.problems,
        }
    )
