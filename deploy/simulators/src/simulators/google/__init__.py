"""A Google Calendar that runs on one machine and speaks Google's wire format."""

from simulators.google.app import make_google_simulator
from simulators.google.settings import GoogleSettings

__all__ = ["GoogleSettings", "make_google_simulator"]
