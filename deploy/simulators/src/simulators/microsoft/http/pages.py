"""Outlook's pages for people: each account's calendars to see and edit."""

from fastapi import APIRouter

from simulators.frame.http.pages import Brand, Pages
from simulators.frame.http.store_pages import store_pages
from simulators.frame.store.mailboxes import WRITERS
from simulators.microsoft.http.person_api import OutlookPerson
from simulators.microsoft.http.simulator import Simulator

PAGES = Pages(Brand("Microsoft", "Outlook Calendar", "Sign in to your account"))


def pages_router(simulator: Simulator) -> APIRouter:
    """Return `/` and the forms on it."""
    return store_pages(PAGES, OutlookPerson(simulator), WRITERS)
