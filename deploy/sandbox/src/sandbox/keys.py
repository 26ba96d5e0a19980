"""The sandbox's own secrets, made once and kept, so that tokens and stored credentials outlive a restart."""

import base64
import secrets
from pathlib import Path

from sandbox import env_file


def load_or_make(path: Path) -> dict[str, str]:
    """Return the token secret and the credential key as settings, from `path` or new."""
    if not path.exists():
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        made = {"TANDEM_JWT_SECRET": secrets.token_urlsafe(48), "TANDEM_CREDENTIAL_KEYS": f"sandbox:{key}"}
        env_file.write(path, made)
    return env_file.read(path)
