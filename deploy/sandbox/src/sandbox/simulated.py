"""The simulated providers as a table: what each one's server is called, and which settings point at it.

The provider whose deciding variable is given by the environment is not simulated: its address is somebody else's.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Simulated:
    """One server. `settings` are templates over its `root`; `decisive` is among their names.

    `providers`: the connections that it stands behind.
    """

    providers: tuple[str, ...]
    page: str
    address: str
    decisive: str
    settings: Mapping[str, str]
    clients: Mapping[str, str]

    def settings_at(self, root: str) -> dict[str, str]:
        """Return the settings that point the services at a server."""
        return {name: template.format(root=root) for name, template in self.settings.items()}


SIMULATED: Mapping[str, Simulated] = {
    "google": Simulated(
        providers=("google",),
        page="Google calendar",
        address="SANDBOX_GOOGLE_URL",
        decisive="TANDEM_GOOGLE_API_URL",
        settings={
            "TANDEM_GOOGLE_API_URL": "{root}",
            "TANDEM_GOOGLE_AUTH_URL": "{root}/o/oauth2/v2/auth",
            "TANDEM_GOOGLE_TOKEN_URL": "{root}/token",
            "TANDEM_GOOGLE_REVOKE_URL": "{root}/revoke",
        },
        clients={
            "TANDEM_GOOGLE_CLIENT_ID": "sandbox-client",
            "TANDEM_GOOGLE_CLIENT_SECRET": "sandbox-client-secret",
        },
    ),
    "microsoft": Simulated(
        providers=("outlook", "office365"),
        page="Outlook calendar",
        address="SANDBOX_MICROSOFT_URL",
        decisive="TANDEM_GRAPH_URL",
        settings={"TANDEM_GRAPH_URL": "{root}/v1.0", "TANDEM_MICROSOFT_LOGIN_URL": "{root}"},
        clients={
            "TANDEM_MICROSOFT_CLIENT_ID": "sandbox-client",
            "TANDEM_MICROSOFT_CLIENT_SECRET": "sandbox-client-secret",
        },
    ),
    "exchange": Simulated(
        providers=("exchange",),
        page="Exchange Server calendar",
        address="SANDBOX_EXCHANGE_URL",
        decisive="TANDEM_EXCHANGE_ALLOWED_HOSTS",
        # There is no address to set: users give their own server's. This machine, by plain http, is allowed to be one.
        settings={"TANDEM_EXCHANGE_ALLOWED_HOSTS": "127.0.0.1,localhost"},
        clients={},
    ),
}


PROVIDERS: tuple[str, ...] = tuple(one for server in SIMULATED.values() for one in server.providers)


def simulated(provider: str) -> str:
    """Return the name of the simulator behind a provider. KeyError where there is none."""
    return {one: name for name, server in SIMULATED.items() for one in server.providers}[provider]
