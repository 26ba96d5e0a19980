"""Where addresses and token come from, and how a failure ends."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import jwt
import pytest
import trustme
from typer.testing import CliRunner

from tandem.app import app, main
from tandem.errors import CommandFailed, Exit
from tandem.letters.kafka import kafka_of
from tandem.session import token_from
from tandem.settings import Settings, load_settings

SECRET = "s" * 48


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TANDEM_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


def sandbox_file(folder: Path) -> Path:
    file = folder / "var" / "sandbox" / "settings.env"
    file.parent.mkdir(parents=True)
    file.write_text(f"# sandbox\nTANDEM_PUBLIC_URL=http://127.0.0.1:9001\nTANDEM_JWT_SECRET={SECRET}\nOTHER=1\n")
    return file


def test_the_sandbox_is_found_from_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox_file(tmp_path)
    below = tmp_path / "docs"
    below.mkdir()
    monkeypatch.chdir(below)
    settings = load_settings(None, {})
    addresses = [settings.address_of(name) for name in ("connector", "mapper", "activity-store")]
    assert addresses == ["http://127.0.0.1:9001", "http://127.0.0.1:9002", "http://127.0.0.1:9003"]
    claims = jwt.decode(token_from(settings, datetime.now(UTC)), SECRET, ["HS256"])
    assert claims["operator"] is True


def test_options_win_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = sandbox_file(tmp_path)
    monkeypatch.setenv("TANDEM_MAPPER_URL", "https://mapper.example")
    monkeypatch.setenv("TANDEM_TOKEN", "from-environment")
    settings = load_settings(file, {"token": "given", "mapper_url": None})
    assert (settings.token, settings.address_of("mapper")) == ("given", "https://mapper.example")
    assert settings.address_of("connector") == "http://127.0.0.1:9001"


def test_what_is_missing_is_named() -> None:
    with pytest.raises(CommandFailed, match="TANDEM_MAPPER_URL"):
        load_settings(None, {}).address_of("mapper")
    with pytest.raises(CommandFailed, match="TANDEM_TOKEN"):
        token_from(load_settings(None, {}), datetime.now(UTC))
    with pytest.raises(CommandFailed, match="no file"):
        load_settings(Path("nowhere.env"), {})


@pytest.mark.parametrize("as_json", [True, False])
def test_a_failure_is_one_line_or_an_object(
    as_json: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["tandem", "--token", "t", "--connector-url", "http://127.0.0.1:1", "connections"]
    monkeypatch.setattr(sys, "argv", asked + (["--json"] if as_json else []))
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == Exit.AWAY
    said = capsys.readouterr()
    if as_json:
        assert json.loads(said.out)["error"] == "away"
    else:
        assert said.err.startswith("tandem: the connector does not answer")


@pytest.mark.parametrize("command", ["connections", "explain", "resync", "verify", "rotate-keys", "dead-letters"])
def test_every_command_explains_itself(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"])
    assert shown.exit_code == 0
    assert "Usage" in shown.stdout


@pytest.mark.parametrize("arguments", [["verify"], ["verify", "c1", "--all"], ["dead-letters", "replay"]])
def test_what_is_wanted_must_be_said(arguments: list[str]) -> None:
    failed = CliRunner().invoke(app, ["--token", "t", *arguments]).exception
    assert isinstance(failed, CommandFailed)
    assert failed.code is Exit.USAGE


def test_kafka_is_reached_as_the_services_reach_it(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(authority))
    given = {"kafka_bootstrap": "k:9093", "kafka_ca_file": authority, "kafka_username": "operators"}
    arguments = kafka_of(load_settings(None, given | {"kafka_password": "secret"}))._arguments
    assert (arguments["security_protocol"], arguments["sasl_mechanism"]) == ("SASL_SSL", "SCRAM-SHA-512")
    assert arguments["sasl_plain_username"] == "operators"
    assert kafka_of(load_settings(None, {"kafka_bootstrap": "k:9092"}))._arguments["bootstrap_servers"] == "k:9092"
    with pytest.raises(CommandFailed, match="TANDEM_KAFKA_BOOTSTRAP"):
        kafka_of(load_settings(None, {}))
