"""What the sandbox decides to start, and with which settings."""

import base64
from pathlib import Path

import pytest

from sandbox import env_file, keys
from sandbox.plan import Broker, CannotStartError, Plan, make_plan
from sandbox.ports import Ports

KEYS = {"TANDEM_JWT_SECRET": "s" * 32, "TANDEM_CREDENTIAL_KEYS": "k:AAAA"}


def plan(**environ: str) -> Plan:
    return make_plan(Ports(), Path("/var/sandbox"), KEYS, environ)


def test_without_an_environment_everything_is_ours() -> None:
    made = plan()
    assert made.listeners == {
        "start": 8000,
        "connector": 8001,
        "mapper": 8002,
        "activity-store": 8003,
        "google": 8010,
        "microsoft": 8011,
        "exchange": 8012,
        "kafka": 9092,
        "mongo": 27017,
    }
    assert made.settings["TANDEM_KAFKA_FETCH_MAX_WAIT_MS"] == "1"
    assert made.settings["TANDEM_GOOGLE_AUTH_URL"] == "http://127.0.0.1:8010/o/oauth2/v2/auth"
    assert made.settings["TANDEM_GRAPH_URL"] == "http://127.0.0.1:8011/v1.0"
    assert made.settings["TANDEM_MICROSOFT_LOGIN_URL"] == "http://127.0.0.1:8011"
    assert made.settings["TANDEM_EXCHANGE_ALLOWED_HOSTS"] == "127.0.0.1,localhost"
    assert made.addresses == {
        "SANDBOX_GOOGLE_URL": "http://127.0.0.1:8010",
        "SANDBOX_MICROSOFT_URL": "http://127.0.0.1:8011",
        "SANDBOX_EXCHANGE_URL": "http://127.0.0.1:8012",
    }


def test_port_base_moves_every_port() -> None:
    assert Ports.moved(8100) == Ports(8100, 8101, 8102, 8103, 8110, 8111, 8112, 8192, 8117, 8193)


@pytest.mark.parametrize(
    ("variable", "part"),
    [
        ("TANDEM_KAFKA_BOOTSTRAP", "kafka"),
        ("TANDEM_MONGO_URL", "mongo"),
        ("TANDEM_GOOGLE_API_URL", "google"),
        ("TANDEM_GRAPH_URL", "microsoft"),
    ],
)
def test_what_is_given_from_outside_is_not_started(variable: str, part: str) -> None:
    made = plan(**{variable: "outside:1"})
    assert part not in made.listeners
    assert made.settings[variable] == "outside:1"


def test_a_broker_from_outside_gets_no_settings_of_the_embedded_one() -> None:
    assert "TANDEM_KAFKA_FETCH_MAX_WAIT_MS" not in plan(TANDEM_KAFKA_BOOTSTRAP="k:9092").settings


def test_apache_kafka_gets_a_port_for_itself_and_leaves_the_services_at_their_defaults() -> None:
    made = plan(KAFKA="apache")
    assert made.broker is Broker.APACHE
    assert (made.listeners["kafka"], made.listeners["kafka_controller"]) == (9092, 9093)
    assert made.settings["TANDEM_KAFKA_BOOTSTRAP"] == "127.0.0.1:9092"
    assert "TANDEM_KAFKA_FETCH_MAX_WAIT_MS" not in made.settings


def test_a_broker_that_nobody_knows_is_refused() -> None:
    with pytest.raises(CannotStartError, match="KAFKA=redpanda is none of embedded, apache"):
        plan(KAFKA="redpanda")


def test_a_broker_from_outside_wins_over_the_choice_of_ours() -> None:
    assert plan(KAFKA="apache", TANDEM_KAFKA_BOOTSTRAP="k:9092").broker is Broker.OUTSIDE


def test_a_google_from_outside_gets_no_addresses_of_the_simulator() -> None:
    made = plan(TANDEM_GOOGLE_API_URL="https://g")
    assert "TANDEM_GOOGLE_TOKEN_URL" not in made.settings
    assert "SANDBOX_GOOGLE_URL" not in made.addresses


def test_the_environment_wins_and_empty_means_not_given() -> None:
    assert plan(TANDEM_POLL_SECONDS="1").settings["TANDEM_POLL_SECONDS"] == "1"
    assert plan(TANDEM_MONGO_URL="").starts_mongo


def test_one_port_for_all_services_is_not_taken_over() -> None:
    assert "TANDEM_PORT" not in plan(TANDEM_PORT="80").settings


def test_published_keys_replace_the_secret() -> None:
    """A service takes either a secret or a JWKS address, never both."""
    assert "TANDEM_JWT_SECRET" not in plan(TANDEM_JWKS_URL="https://id/jwks").settings


def test_keys_are_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    made = keys.load_or_make(tmp_path / "keys.env")
    assert keys.load_or_make(tmp_path / "keys.env") == made
    assert (tmp_path / "keys.env").stat().st_mode & 0o777 == 0o600
    assert len(base64.b64decode(made["TANDEM_CREDENTIAL_KEYS"].partition(":")[2])) == 32


def test_an_env_file_reads_back_as_written(tmp_path: Path) -> None:
    values = {"A": "1", "URL": "mongodb://u:p@h/?a=b&c=d", "EMPTY": ""}
    env_file.write(tmp_path / "new" / "settings.env", values)
    assert env_file.read(tmp_path / "new" / "settings.env") == values
