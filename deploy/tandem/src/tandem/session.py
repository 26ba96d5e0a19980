"""What every command works with: the settings, clients of the services, and how to speak to whoever asked."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import typer
from rich.console import Console

from tandem.errors import CommandFailed, Exit
from tandem.settings import ServiceName, Settings

Json = dict[str, Any]

_TIMEOUT = httpx.Timeout(120, connect=5)
"""Reading a whole calendar at its provider takes its time."""
_TOKEN_LIFE = timedelta(minutes=10)
_EXITS = {401: Exit.NOT_ALLOWED, 403: Exit.NOT_ALLOWED, 404: Exit.NOT_FOUND, 422: Exit.USAGE, 503: Exit.AWAY}


def token_from(settings: Settings, now: datetime) -> str:
    """Return the token to ask with; one is made where the secret of the sandbox is at hand."""
    if settings.token:
        return settings.token
    if not settings.jwt_secret:
        raise CommandFailed(
            Exit.USAGE, "who is asking? Give --token or set TANDEM_TOKEN: a token with `operator: true`"
        )
    claims = {"sub": "operator", "company_id": "operators", "operator": True, "iat": now, "exp": now + _TOKEN_LIFE}
    asked = {"iss": settings.jwt_issuer, "aud": settings.jwt_audience}
    claims |= {name: value for name, value in asked.items() if value}
    return jwt.encode(claims, settings.jwt_secret, algorithm="HS256")


@dataclass
class Session:
    """One call of the program. `stdout` is for results, `stderr` for progress and what went wrong."""

    settings: Settings
    as_json: bool = False
    stdout: Console = field(default_factory=Console)
    stderr: Console = field(default_factory=lambda: Console(stderr=True))

    def client(self, service: ServiceName) -> httpx.Client:
        """Return a client of a service."""
        token = token_from(self.settings, datetime.now(UTC))
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.settings.address_of(service), headers=headers, timeout=_TIMEOUT)

    def ask(self, service: ServiceName, method: str, path: str, **request: Any) -> Json:  # noqa: ANN401 - httpx's own
        """Return the answer of a service; CommandFailed in its own words where it says no, or does not answer."""
        try:
            with self.client(service) as client:
                answer = client.request(method, path, **request)
        except httpx.TransportError as error:
            raise CommandFailed(
                Exit.AWAY, f"the {service} does not answer: {str(error) or type(error).__name__}"
            ) from error
        if answer.is_success:
            body: Json = answer.json()
            return body
        raise _refusal(service, answer)

    def pages(self, service: ServiceName, path: str, **query: Any) -> list[Json]:  # noqa: ANN401 - any parameter
        """Return all items of a list."""
        params = {name: value for name, value in query.items() if value is not None}
        items: list[Json] = []
        while True:
            page = self.ask(service, "GET", path, params=params)
            items += page["items"]
            if not page["next_cursor"]:
                return items
            params["cursor"] = page["next_cursor"]

    def say(self, result: object) -> None:
        """Print a result for machines."""
        typer.echo(json.dumps(result, indent=2, ensure_ascii=False))


def _refusal(service: str, answer: httpx.Response) -> CommandFailed:
    try:
        problem = answer.json()
        code, detail = problem.get("code", ""), problem.get("detail", "")
    except ValueError:
        code, detail = "", answer.text[:200]
    return CommandFailed(
        _EXITS.get(answer.status_code, Exit.REFUSED), f"{service}: {detail or answer.status_code}", code
    )


def session_of(context: typer.Context, as_json: bool) -> Session:
    """Return the session that the options before the command have opened."""
    session: Session = context.obj()
    session.as_json = as_json
    return session
