"""Puts a service's pages into its app."""

from fastapi import FastAPI

from chassis.pages.error_pages import install_error_pages
from chassis.pages.rendering import Pages
from chassis.pages.static_files import static_routes
from chassis.pages.theme import display_routes


def install_pages(app: FastAPI, pages: Pages) -> None:
    """Serve the static files and the choice of display, answer errors as pages, and let routes find `pages`."""
    app.state.pages = pages
    prefix = pages.prefixes[0]
    secure = pages.settings.public_url.startswith("https:")
    app.include_router(static_routes(prefix, pages.static))
    app.include_router(display_routes(prefix, pages.home, secure=secure))
    install_error_pages(app, pages)
