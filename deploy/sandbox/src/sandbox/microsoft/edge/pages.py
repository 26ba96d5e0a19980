"""Outlook's pages for people."""

from sandbox.simulation.pages import Brand, Pages

PAGES = Pages(Brand("Microsoft", "Outlook Calendar", "Sign in to your account", "/common/oauth2/v2.0/authorize"))
