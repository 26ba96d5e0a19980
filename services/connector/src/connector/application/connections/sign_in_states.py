"""Sign-ins under way: single use, short-lived, and bound to the browser or the user that began them (A4).

An `authorization_url` can be sent to somebody else, who would give away his calendar by agreeing (RFC 6819 §4.4.1.8,
docs/decisions/sign-ins-are-bound-to-their-browser.md). So who comes back from the provider proves that he is who
began: by the secret that the sign-in's cookie holds, or by the token of its user.
"""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from chassis.clock import Clock
from chassis.encryption import Cipher
from chassis.errors import Rejected
from chassis.web.auth import Identity
from connector.adapters.collections import OAuthState, Stores
from connector.application.provider_access import new_secret
from connector.domain.model.connection import Connection

STATE_LIFE: Final = timedelta(minutes=10)


class SignInFailed(Rejected):
    """The sign-in came to nothing; nothing was stored but why. `connection_id` where the user shall be told there."""

    def __init__(self, code: str, detail: str, connection_id: str | None = None) -> None:
        super().__init__(code, detail)
        self.connection_id = connection_id


@dataclass(frozen=True)
class SignInStates:
    """Keeps the sign-ins that are under way."""

    stores: Stores
    cipher: Cipher
    clock: Clock

    async def begin(self, connection: Connection, identity: Identity) -> OAuthState:
        """Begin a sign-in. Those of the connection that were begun before are void."""
        for old in await self.stores.states.find({"connection_id": connection.id}):
            await self.stores.states.delete(old.id, old.version)
        state = new_secret()
        begun = OAuthState(
            id=state,
            connection_id=connection.id,
            company_id=connection.company_id,
            user_id=connection.user_id,
            user_name=identity.name or identity.email,
            sealed_verifier=self.cipher.encrypt(new_secret().encode(), state),
            expires_at=self.clock.now() + STATE_LIFE,
        )
        await self.stores.states.insert(begun)
        return begun

    async def pending(self, state: str | None) -> OAuthState:
        """Return what a state stands for, in time and not used yet; SignInFailed else."""
        known = await self.stores.states.get(state) if state else None
        if known is None or known.used or known.expires_at <= self.clock.now():
            raise _unknown()
        return known

    async def use(self, begun: OAuthState) -> None:
        """Use a sign-in up; SignInFailed where somebody was faster."""
        used = False

        def use(current: OAuthState | None) -> OAuthState | None:
            nonlocal used
            used = current is not None and not current.used
            return current.as_used() if current and used else None

        await self.stores.states.update(begun.id, use)
        if not used:
            raise _unknown()

    def verifier(self, begun: OAuthState) -> str:
        """Return the PKCE verifier, which never leaves us but for the token endpoint."""
        return self.cipher.decrypt(begun.sealed_verifier, begun.id).decode()

    def browser_secret(self, begun: OAuthState) -> str:
        """Return what the cookie of the browser that began holds: nobody can tell it from the address."""
        return sha256(f"browser of {self.verifier(begun)}".encode()).hexdigest()

    def check_caller(self, begun: OAuthState, caller: Identity | None, secret: str | None) -> bool:
        """Tell whether this is who began: the user by his token, or his browser by its secret.

        SignInFailed where somebody else is signed in with us, whatever his browser holds.
        """
        if caller is not None:
            if (caller.company_id, caller.user_id) != (begun.company_id, begun.user_id):
                raise SignInFailed("forbidden", "this sign-in was begun by somebody else")
            return True
        return secret is not None and compare_digest(secret.encode(), self.browser_secret(begun).encode())


def _unknown() -> SignInFailed:
    return SignInFailed("invalid_state", "this sign-in is unknown, was used already, or took too long")
