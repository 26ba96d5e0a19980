"""What an account signs in with where its provider takes a password: Exchange Server (A4)."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

Scheme = Literal["basic", "ntlm"]


@dataclass(frozen=True)
class Login:
    """A verified login. The password is never in its `repr`, hence in no log and no traceback.

    `server_url`: the whole address of the EWS endpoint. `auth`: the scheme that the server took. `version`: the
    server's build as its `ServerVersionInfo` tells it (`15.2.1544.4`), None where it tells none.
    """

    email: str
    username: str
    password: str = field(repr=False)
    server_url: str
    auth: Scheme
    version: str | None = None


@dataclass(frozen=True)
class Candidate:
    """A login as a user gives it, not verified yet. Without `server_url`, the server is looked for."""

    email: str
    username: str
    password: str = field(repr=False)
    server_url: str | None = None


class LoginVerifier(Protocol):
    """A provider that takes passwords."""

    async def verify(self, candidate: Candidate) -> Login:
        """Sign in once and return what did.

        Raises NeedsReauth for a wrong password, Rejected for an address that is none, and else whatever stands in the
        way (`connector.domain.connection.login_refusal` sorts it for the user).
        """

    def forget(self, mailbox: str) -> None:
        """Close what is open for a connection, and forget its password: it was stopped."""

    async def aclose(self) -> None:
        """Close everything: the process stops."""
