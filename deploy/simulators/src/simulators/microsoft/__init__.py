"""A Microsoft Graph calendar, with its login, that runs on one machine and speaks Microsoft's wire format."""

from simulators.microsoft.app import make_microsoft_simulator
from simulators.microsoft.settings import MicrosoftSettings

__all__ = ["MicrosoftSettings", "make_microsoft_simulator"]
