"""What a way to a provider lacks by how its account signs in: see `connector.domain.provider.port.Access`."""

from connector.domain.provider.errors import NeedsReauth
from connector.domain.provider.login import Login


class OAuthAccess:
    """The access of an account that signed in by OAuth: it has tokens and no login."""

    async def login(self) -> Login:
        """Refuse: this account signed in by OAuth."""
        raise NeedsReauth("no_login", "the account does not sign in by password")

    async def login_refused(self) -> None:
        """Do nothing: there is no login."""


class PasswordAccess:
    """The access of an account that signs in by password: it has a login and no tokens."""

    async def token(self) -> str:
        """Refuse: this account signs in by password."""
        raise NeedsReauth("no_token", "the account does not sign in by OAuth")

    async def renew(self) -> str:
        """Refuse: this account signs in by password."""
        raise NeedsReauth("no_token", "the account does not sign in by OAuth")
