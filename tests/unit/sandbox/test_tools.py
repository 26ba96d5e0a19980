"""`make tools` makes what it can, once, and says what it skips and why."""

from pathlib import Path

import pytest

from sandbox import tools
from sandbox.processes import kafka_obstacle
from sandbox.processes.tools import kafka_libs
from sandbox.tools import Tool


def ensured(tool: Tool) -> list[str]:
    said: list[str] = []
    tool.ensure(said.append)
    return said


def a_tool(made: list[str], *, where: str | None = None, program: str = "sh") -> Tool:
    return Tool("Thing", lambda: where, {program: "A Shell"}, "building", lambda: made.append("thing"))


def test_what_is_there_is_not_made_again() -> None:
    made: list[str] = []
    assert ensured(a_tool(made, where="/there")) == ["Thing: there, /there"]
    assert made == []


def test_what_lacks_a_program_is_skipped_with_the_reason() -> None:
    made: list[str] = []
    assert ensured(a_tool(made, program="no-such-program")) == ["Thing: skipped, it needs A Shell"]
    assert made == []


def test_what_can_be_made_is_made() -> None:
    made: list[str] = []
    assert ensured(a_tool(made)) == ["Thing: building"]
    assert made == ["thing"]


def test_a_failed_build_fails_the_command_but_not_the_other_tools(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made: list[str] = []
    broken = Tool("Broken", lambda: None, {}, "building", lambda: tools.run(["false"]))
    monkeypatch.setattr(tools, "TOOLS", {"broken": broken, "thing": a_tool(made)})
    assert tools.main([]) == 1
    assert "Broken: false failed with 1" in capsys.readouterr().err
    assert made == ["thing"]


def test_only_what_is_asked_for_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(
        tools, "TOOLS", {"other": Tool("Other", lambda: None, {}, "", made.clear), "thing": a_tool(made)}
    )
    assert tools.main(["thing"]) == 0
    assert made == ["thing"]
    with pytest.raises(SystemExit):
        tools.main(["nothing"])


def test_apache_kafka_without_java_or_jars_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sandbox.processes.tools.FOLDER", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert kafka_obstacle() == "Apache Kafka needs Java 17 or newer"
    (tmp_path / "java").touch(mode=0o755)
    assert kafka_obstacle() == "Apache Kafka's jars are not there: run `make tools`"
    kafka_libs().mkdir(parents=True)
    assert kafka_obstacle() is None
