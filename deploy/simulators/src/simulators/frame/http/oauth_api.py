"""What consent pages and token endpoints do with HTTP, whatever the provider."""

from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from fastapi import Request, Response
from starlette.responses import RedirectResponse

from simulators.frame.journal import Journal


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form."""
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def back(asked: dict[str, str], answer: dict[str, str]) -> Response:
    """Send the browser back to the client with the answer and the client's `state`."""
    parts = urlsplit(asked["redirect_uri"])
    if "state" in asked:
        answer = {"state": asked["state"], **answer}
    query = [*parse_qsl(parts.query), *answer.items()]
    return RedirectResponse(urlunsplit(parts._replace(query=urlencode(query))), 302)


def note(journal: Journal, now: datetime, request: Request, form: dict[str, str], answer: Response) -> None:
    """Keep a call of a token endpoint in the journal, its secrets left out."""
    journal.note(
        {
            "at": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "method": request.method,
            "path": request.url.path,
            "query": {},
            "body": {"grant_type": form.get("grant_type")},
            "status": answer.status_code,
            "operation": f"oauth.{request.url.path.rpartition('/')[2]}",
            "account": "",
            "traps": [],
            "problems": [],
        }
    )
