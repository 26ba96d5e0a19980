"""`make token`: a bearer token for the running sandbox."""

import argparse
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt

from sandbox import env_file
from sandbox.places import FOLDER, SETTINGS_FILE

LIFETIME = timedelta(hours=12)


def make_token(
    settings: Mapping[str, str], *, sub: str, company: str, role: str, now: datetime, **about: str | bool
) -> str:
    """Return an HS256 token that services with these settings take; it holds for a working day.

    `about`: what else is said of the user: `name`, `email`, `tz`; `operator` of who runs the installation.
    KeyError where they take only those of an identity provider.
    """
    asked = {"iss": settings.get("TANDEM_JWT_ISSUER"), "aud": settings.get("TANDEM_JWT_AUDIENCE")}
    claims = {"sub": sub, "company_id": company, "role": role, "iat": now, "exp": now + LIFETIME, **about}
    claims |= {name: value for name, value in asked.items() if value}
    return jwt.encode(claims, settings["TANDEM_JWT_SECRET"], algorithm="HS256")


def main() -> int:
    """Print the token; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.token", description=__doc__)
    parser.add_argument("--sub", default="1", help="user id (default: the demo's first salesperson)")
    parser.add_argument("--company", default="acme", help="company id (default: %(default)s)")
    parser.add_argument("--role", default="regular", choices=("regular", "admin"))
    parser.add_argument("--operator", action="store_true", help="one who looks after all companies")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="the sandbox's folder (default: %(default)s)")
    arguments = parser.parse_args()
    now = datetime.now(UTC)
    try:
        settings = env_file.read(arguments.folder / SETTINGS_FILE)
        token = make_token(
            settings,
            sub=arguments.sub,
            company=arguments.company,
            role=arguments.role,
            now=now,
            operator=arguments.operator,
        )
    except FileNotFoundError:
        print("token: no sandbox has been started here; `make run` starts one", file=sys.stderr)
        return 1
    except KeyError:
        print("token: this sandbox takes tokens of the provider at TANDEM_JWKS_URL", file=sys.stderr)
        return 1
    print(token)
    return 0


if __name__ == "__main__":
    sys.exit(main())
