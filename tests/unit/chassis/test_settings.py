"""Settings: a mistake stops the start with one line that names it."""

import pytest

from chassis.settings import ChassisSettings, load_settings

GOOD = {
    "TANDEM_KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "TANDEM_MONGO_URL": "mongodb://127.0.0.1:27017",
    "TANDEM_JWT_SECRET": "0123456789abcdef",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*GOOD, "TANDEM_JWKS_URL", "TANDEM_LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    "address",
    [
        "mongodb+srv://user:p%40ss@cluster.example.com/?authSource=admin",
        "mongodb://user:p%40ss@a:1,b:2/?replicaSet=rs0&tls=true&tlsAllowInvalidCertificates=false",
        "mongodb://a/?authMechanism=MONGODB-X509&tls=true",
    ],
)
def test_addresses_of_mongodb_are_taken(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("TANDEM_MONGO_URL", address)
    assert load_settings(ChassisSettings).mongo_url == address


def test_good_settings_load() -> None:
    settings = load_settings(ChassisSettings)
    assert settings.kafka_bootstrap == "127.0.0.1:9092"
    assert "0123456789abcdef" not in repr(settings)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"KAFKA_USERNAME": "u", "KAFKA_CA_FILE": "/ca"}, "TANDEM_KAFKA_PASSWORD"),
        ({"KAFKA_USERNAME": "u", "KAFKA_PASSWORD": "p"}, "TANDEM_KAFKA_CA_FILE"),  # FastStream would go without TLS
        ({"KAFKA_CERTIFICATE_FILE": "/c", "KAFKA_CA_FILE": "/ca"}, "TANDEM_KAFKA_KEY_FILE"),
        ({"KAFKA_CERTIFICATE_FILE": "/c", "KAFKA_KEY_FILE": "/k"}, "TANDEM_KAFKA_CA_FILE"),
        ({"PORT": "9000", "MANAGEMENT_PORT": "9000"}, "TANDEM_MANAGEMENT_PORT"),
    ],
)
def test_what_goes_together_is_given_together(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], given: dict[str, str], named: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"TANDEM_{name}", value)
    with pytest.raises(SystemExit):
        load_settings(ChassisSettings)
    assert named in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TANDEM_MONGO_URL", None),
        ("TANDEM_MONGO_URL", "http://somewhere"),
        ("TANDEM_MONGO_URL", "mongodb://user:short/@host:1"),
        ("TANDEM_MONGO_URL", "mongodb://user:short@host/?tlsCAFlie=/ca"),  # the driver would only warn, and go without
        ("TANDEM_MONGO_URL", "mongodb+srv://user:short@host.example.com/?tsl=true"),
        ("TANDEM_MONGO_URL", "mongodb://user:short@host/?tls=true&tlsInsecure=true"),
        ("TANDEM_MONGO_URL", "mongodb://host/?tls=true&tlsAllowInvalidCertificates=true"),
        ("TANDEM_MONGO_URL", "mongodb+srv://host.example.com/?TLSAllowInvalidHostnames=true"),
        ("TANDEM_MONGO_CA_FILE", "/nowhere"),
        ("TANDEM_MONGO_CA_FILE", __file__),
        ("TANDEM_MONGO_CERTIFICATE_KEY_FILE", __file__),
        ("TANDEM_KAFKA_BOOTSTRAP", ""),
        ("TANDEM_JWT_SECRET", None),
        ("TANDEM_JWT_SECRET", "short"),
        ("TANDEM_JWKS_URL", "https://keys.example"),
        ("TANDEM_LOG_LEVEL", "LOUD"),
    ],
)
def test_a_mistake_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str | None
) -> None:
    monkeypatch.delenv(name, raising=False)
    if value is not None:
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as stopped:
        load_settings(ChassisSettings)
    error = capsys.readouterr().err
    assert stopped.value.code == 2
    assert name in error
    assert error.count("\n") == 1
    assert "short" not in error.removeprefix("settings:").replace("too short", "")
