"""The settings that only Google's simulator has, each with its reason."""

from simulators.frame.settings import SimulatorSettings


class GoogleSettings(SimulatorSettings):
    """How one simulator runs."""

    #: Names the watched resources in answers and headers, as Google's own address does.
    api_root: str = "https://www.googleapis.com/calendar/v3"
    #: Google pushes to https only; on one machine the services have no certificate.
    https_only: bool = False
    #: Calls of one user in a sliding minute, above which it is 403 rateLimitExceeded (Google: 600); None counts none.
    calls_in_a_minute: int | None = None
