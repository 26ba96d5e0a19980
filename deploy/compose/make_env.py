"""Write deploy/compose/.env with new secrets, unless it is there; it needs nothing but Python.

Passwords of the database hold from its first start on: changing them here later changes them nowhere else.
"""

import base64
import os
import secrets
from pathlib import Path

ENV = Path(__file__).with_name(".env")
DATABASE_USERS = ("ROOT", "CONNECTOR", "MAPPER", "ACTIVITY_STORE")


def text() -> str:
    """Return the file's content; no value needs quoting, in the file or in an address."""
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    lines = [
        "# Secrets, written by make_env.py. Your OAuth client at Google goes here too, and one at Microsoft.",
        f"TANDEM_JWT_SECRET={secrets.token_hex(32)}",
        f"TANDEM_CREDENTIAL_KEYS=first:{key}",
        *(f"MONGO_PASSWORD_{user}={secrets.token_hex(24)}" for user in DATABASE_USERS),
        f"MONGO_MEMBERS_KEY={secrets.token_hex(48)}",
        "#TANDEM_PUBLIC_URL=https://tandem.example.com",
        "#TANDEM_CONNECTOR_URL=https://tandem.example.com",
        "#TANDEM_ACTIVITY_STORE_URL=https://tandem.example.com",
        "#TANDEM_GOOGLE_CLIENT_ID=",
        "#TANDEM_GOOGLE_CLIENT_SECRET=",
        "#TANDEM_MICROSOFT_CLIENT_ID=",
        "#TANDEM_MICROSOFT_CLIENT_SECRET=",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the file for its owner's eyes alone; an old one stays as it is."""
    try:
        handle = os.open(ENV, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        print(f"{ENV} is there already")
        return
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text())
    print(f"{ENV} written")


if __name__ == "__main__":
    main()
