"""The entry point: settings from the environment, the address from flags, and nothing outside loopback by default."""

import socket

import pytest
import uvicorn
from fastapi import FastAPI

from activity_store.settings import Settings
from chassis.runtime.serve import run
from chassis.settings import ChassisSettings
from connector.settings import ConnectorSettings
from mapper.settings import MapperSettings


@pytest.fixture(autouse=True)
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Return where uvicorn was asked to listen, in place of listening."""
    for name, value in {"KAFKA_BOOTSTRAP": "k:1", "MONGO_URL": "mongodb://m", "JWT_SECRET": "x" * 16}.items():
        monkeypatch.setenv(f"TANDEM_{name}", value)
    for name in ("HTTP_HOST", "PORT", "MANAGEMENT_PORT", "JWKS_URL"):
        monkeypatch.delenv(f"TANDEM_{name}", raising=False)
    for global_state in ("chassis.runtime.serve.configure_logging", "gc.set_threshold"):
        monkeypatch.setattr(global_state, lambda _value: None)
    monkeypatch.setattr("gc.freeze", lambda: None)
    asked: list[tuple[str, int]] = []

    def bind(config: uvicorn.Config) -> socket.socket:
        asked.append((config.host, config.port))
        return socket.socket()

    monkeypatch.setattr(uvicorn.Config, "bind_socket", bind)

    def serve(_server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        for one in sockets:
            assert one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
            one.close()

    monkeypatch.setattr(uvicorn.Server, "run", serve)
    return asked


def start(*arguments: str) -> None:
    run(lambda _settings: FastAPI(), ChassisSettings, arguments)


def test_http_stays_on_loopback_unless_somebody_says_otherwise(served: list[tuple[str, int]]) -> None:
    start()
    assert served == [("127.0.0.1", 8000)]


def test_flags_win_over_the_environment(monkeypatch: pytest.MonkeyPatch, served: list[tuple[str, int]]) -> None:
    monkeypatch.setenv("TANDEM_HTTP_HOST", "10.0.0.7")
    monkeypatch.setenv("TANDEM_PORT", "9000")
    start()
    start("--host", "::1", "--port", "9001")
    start("--port", "9002")
    assert served == [("10.0.0.7", 9000), ("::1", 9001), ("10.0.0.7", 9002)]


@pytest.mark.parametrize("port", ["0", "70000", "x"])
def test_a_port_that_is_none_is_named_in_one_line(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        start("--port", port)
    assert stopped.value.code == 2
    assert "TANDEM_PORT" in capsys.readouterr().err


def test_what_operators_ask_can_have_a_port_of_its_own(
    monkeypatch: pytest.MonkeyPatch, served: list[tuple[str, int]]
) -> None:
    monkeypatch.setenv("TANDEM_MANAGEMENT_PORT", "9100")
    start("--host", "0.0.0.0")
    assert served == [("0.0.0.0", 8000), ("0.0.0.0", 9100)]


def test_each_service_has_a_port_of_its_own() -> None:
    services: tuple[type[ChassisSettings], ...] = (ConnectorSettings, MapperSettings, Settings)
    assert [one.model_fields["port"].default for one in services] == [8001, 8002, 8003]
