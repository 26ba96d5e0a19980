"""Ordinary HTML forms (`application/x-www-form-urlencoded`), which is all that our pages send: no file ever is."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

from fastapi import Request

from chassis.web.problems import Problem

FORM_TYPE = "application/x-www-form-urlencoded"
_MOST_FIELDS = 1000

Form = Mapping[str, Sequence[str]]
"""The fields of a form with their values, in the order in which they were sent."""


def is_form(request: Request) -> bool:
    """Tell whether the request carries a form."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM_TYPE


async def read_form(request: Request) -> Form:
    """Return the fields that were sent, empty ones too; nothing for another kind of body. 400 where unreadable."""
    if not is_form(request):
        return {}
    try:
        body = (await request.body()).decode()
        return parse_qs(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise Problem(400, "malformed_request", "the form cannot be read") from None


def first(form: Form, name: str, default: str = "") -> str:
    """Return the first value of a field."""
    values = form.get(name)
    return values[0] if values else default
