"""What a browser shows before a sign-in that it did not begin: who asks for what, and for whom."""

from fastapi import Request
from fastapi.responses import HTMLResponse

from chassis.pages.rendering import Pages
from connector.adapters.collections import OAuthState
from connector.domain.model.connection import Connection


def asking_page(request: Request, pages: Pages, begun: OAuthState, connection: Connection) -> HTMLResponse:
    """Name who asks for which account on whose behalf, before anything is agreed to.

    Its form leads on to the provider, and browsers apply `form-action` to where a form is redirected.
    """
    action = f"?{request.url.query}"
    policy = pages.policy_whose_forms_lead_away
    return pages.answer(
        request, "sign_in_asking.html", headers=policy, begun=begun, connection=connection, action=action
    )
