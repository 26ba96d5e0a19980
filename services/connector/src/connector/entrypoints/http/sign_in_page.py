"""What a browser shows of a sign-in: who asks for what and for whom before it, and how it ended after it."""

import re
from html import escape

from fastapi.responses import HTMLResponse

from connector.adapters.collections import OAuthState
from connector.domain.model.connection import Connection

_NAMES = {"google": "Google Calendar", "outlook": "Outlook.com", "office365": "Office 365"}
_PROBLEMS = {
    "access_denied": "access was not granted",
    "account_mismatch": "another account signed in than the one that the connection is for",
    "forbidden": "it was begun by somebody else, or in another browser",
    "invalid_state": "it is unknown, was used already, or took too long",
    "no_calendar": "the account has no calendar that can be synced",
}
_CODE = re.compile(r"[a-z_]{1,40}")
_ID = re.compile(r"[\w-]{1,64}")
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""No frame: whoever agrees shall see what to. `form-action` is left open: browsers apply it to redirects too."""


def _page(title: str, body: str) -> HTMLResponse:
    page = f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><h1>{title}</h1>{body}</html>"
    return HTMLResponse(page, headers=_HEADERS)


def asking_page(begun: OAuthState, connection: Connection, action: str) -> HTMLResponse:
    """Name who asks for which account on whose behalf, before anything is agreed to."""
    who = f"{begun.user_name} (user {begun.user_id})" if begun.user_name else f"User {begun.user_id}"
    words = (
        f"{who} of company {begun.company_id} asks to connect the {_NAMES.get(connection.provider, '')} account "
        f"{connection.email} with the CRM. Its events will be read, changed and deleted, and the company sees them."
    )
    warning = f"Go on only if you are {who} and began this yourself. If somebody sent you this address, close the page."
    form = f'<form method=post action="{escape(action)}"><button>Go on to sign in</button></form>'
    return _page("Connect a calendar", f"<p>{escape(words)}</p><p><strong>{escape(warning)}</strong></p>{form}")


def outcome_page(connection: str | None, problem: str | None) -> HTMLResponse:
    """Show how a sign-in ended; nothing of the address is shown but codes and ids."""
    outcome = ""
    if problem:
        code = problem if _CODE.fullmatch(problem) else "sign_in_refused"
        outcome = f"<p>The sign-in did not succeed: {_PROBLEMS.get(code, 'the provider refused it')} ({code}).</p>"
    elif connection:
        outcome = "<p>The calendar account is connected.</p>"
    about = f"<p>Connection: {connection}</p>" if connection and _ID.fullmatch(connection) else ""
    return _page("Calendar sync", outcome + about)
