"""`make token`: a bearer token for the running sandbox."""

import argparse
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt

from sandbox import env_file
from sandbox.places import FOLDER, SETTINGS_FILE

LIFETIME = timedelta(hours=12)


def make_token(secret: str, *, sub: str, company: str, role: str, now: datetime) -> str:
    """Return an HS256 token with the claims that the services read; it holds for a working day."""
    claims = {"sub": sub, "company_id": company, "role": role, "iat": now, "exp": now + LIFETIME}
    return jwt.encode(claims, secret, algorithm="HS256")


def main() -> int:
    """Print the token; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.token", description=__doc__)
    parser.add_argument("--sub", default="1", help="user id (default: the demo's first salesperson)")
    parser.add_argument("--company", default="acme", help="company id (default: %(default)s)")
    parser.add_argument("--role", default="regular", choices=("regular", "admin"))
    parser.add_argument("--folder", type=Path, default=FOLDER, help="the sandbox's folder (default: %(default)s)")
    arguments = parser.parse_args()
    try:
        secret = env_file.read(arguments.folder / SETTINGS_FILE)["TANDEM_JWT_SECRET"]
    except FileNotFoundError:
        print("token: no sandbox has been started here; `make run` starts one", file=sys.stderr)
        return 1
    except KeyError:
        print("token: this sandbox takes tokens of the provider at TANDEM_JWKS_URL", file=sys.stderr)
        return 1
    now = datetime.now(UTC)
    print(make_token(secret, sub=arguments.sub, company=arguments.company, role=arguments.role, now=now))
    return 0


if __name__ == "__main__":
    sys.exit(main())
