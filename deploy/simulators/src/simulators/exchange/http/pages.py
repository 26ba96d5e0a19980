"""Outlook on the web for people: each account's calendars to see and edit."""

from fastapi import APIRouter

from simulators.exchange.http.person_api import OutlookPerson
from simulators.exchange.http.simulator import Simulator
from simulators.frame.http.pages import Brand, Pages
from simulators.frame.http.store_pages import store_pages
from simulators.frame.store.mailboxes import WRITERS

PAGES = Pages(Brand("Exchange Server", "Outlook on the web", "Sign in to your mailbox"))


def pages_router(simulator: Simulator) -> APIRouter:
    """Return `/` and the forms on it."""
    return store_pages(PAGES, OutlookPerson(simulator), WRITERS)
