"""The headers of every page: nothing is loaded or run that this very origin does not serve as a file."""

from collections.abc import Mapping

_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
)
_FORMS = "form-action 'self'"


def page_headers(frame_ancestor: str | None, *, forms_lead_away: bool = False) -> Mapping[str, str]:
    """Return them; `frame_ancestor` is the one origin that may show our pages in a frame, None for nobody.

    Nobody: whoever clicks shall see what on. `Vary` tells caches what a page was made for, though none may keep it.
    """
    ancestors = "frame-ancestors " + (frame_ancestor or "'none'")
    framing = {} if frame_ancestor else {"X-Frame-Options": "DENY"}
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "; ".join((*_POLICY, *(() if forms_lead_away else (_FORMS,)), ancestors)),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "same-origin",
        "Vary": "Cookie, Accept-Language",
        "X-Content-Type-Options": "nosniff",
    } | framing
