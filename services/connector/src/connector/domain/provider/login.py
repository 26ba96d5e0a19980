"""What an account signs in with where its provider takes a password: Exchange Server (A4)."""

from dataclasses import dataclass, field
from typing import Literal

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
