"""Opening what is sealed for a connection, and what it means that it cannot be opened."""

import structlog

from chassis.encryption import Cipher
from chassis.errors import Rejected
from connector.adapters.collections import Credentials
from connector.domain.provider.errors import CredentialUnreadable

log = structlog.get_logger()


def opened(cipher: Cipher, credentials: Credentials, context: str) -> bytes:
    """Return the plain text; CredentialUnreadable where its key is not configured any more, or is another one.

    Nothing is thrown away by that: where the key comes back, so does the account (`KeyRotation`).
    """
    try:
        return cipher.decrypt(credentials.sealed, context)
    except Rejected as error:
        log.error("credential_unreadable", connection=credentials.id, key=credentials.key_id, reason=error.code)  # noqa: TRY400
        raise CredentialUnreadable(credentials.key_id) from error
