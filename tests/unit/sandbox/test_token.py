"""`make token` prints what the services accept."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest

from chassis.web.auth import TokenVerifier
from sandbox import env_file
from sandbox.token import main, make_token

SECRET = "s" * 32


def test_holds_the_claims_for_twelve_hours() -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    claims = jwt.decode(
        make_token({"TANDEM_JWT_SECRET": SECRET}, sub="7", company="acme", role="admin", now=now), SECRET, ["HS256"]
    )
    assert {name: claims[name] for name in ("sub", "company_id", "role")} == {
        "sub": "7",
        "company_id": "acme",
        "role": "admin",
    }
    assert claims["exp"] == (now + timedelta(hours=12)).timestamp()


def test_says_the_issuer_and_audience_that_the_services_want() -> None:
    settings = {"TANDEM_JWT_SECRET": SECRET, "TANDEM_JWT_ISSUER": "https://id.example", "TANDEM_JWT_AUDIENCE": "tandem"}
    token = make_token(settings, sub="7", company="acme", role="admin", now=datetime.now(UTC))
    verifier = TokenVerifier(secret=SECRET, issuer="https://id.example", audience="tandem")
    assert verifier.verify(token).user_id == "7"


def test_without_arguments_it_is_the_first_salesperson(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    env_file.write(tmp_path / "settings.env", {"TANDEM_JWT_SECRET": SECRET})
    monkeypatch.setattr(sys, "argv", ["token", "--folder", str(tmp_path)])
    assert main() == 0
    claims = jwt.decode(capsys.readouterr().out.strip(), SECRET, ["HS256"])
    assert (claims["sub"], claims["company_id"], claims["role"]) == ("1", "acme", "regular")


def test_says_how_to_start_a_sandbox_where_there_is_none(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sandbox.token", "--folder", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "make run" in done.stderr
