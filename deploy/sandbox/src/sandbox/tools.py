"""`make tools`: fetches or builds what is optional and made once for all clones of the repository.

Apache Kafka's jars where there are Java and Maven; SecantusDB's Rust server where there is Rust; where there is Go, the
library by which Docker Compose reads its files; Python programs that have pins of their own.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sandbox.processes.tools import (
    COMPOSE_SPEC_SOURCE,
    FOLDER,
    KAFKA_POM,
    REQUIREMENTS,
    compose_spec,
    kafka_libs,
    made_python_tool,
    python_tool,
    secantusd_rs,
)

_SECANTUS = "0.5.3-beta.196"


@dataclass(frozen=True)
class Tool:
    """Something optional: where it is, what making it needs (program: what people call it), how it is made."""

    name: str
    where: Callable[[], str | None]
    needs: Mapping[str, str]
    effort: str
    make: Callable[[], None]

    def ensure(self, say: Callable[[str], None]) -> None:
        """Make it unless it is there or cannot be made, and say which in one line."""
        if found := self.where():
            say(f"{self.name}: there, {found}")
        elif missing := [known for program, known in self.needs.items() if shutil.which(program) is None]:
            say(f"{self.name}: skipped, it needs {', '.join(missing)}")
        else:
            say(f"{self.name}: {self.effort}")
            self.make()


def run(command: Sequence[str]) -> None:
    """Run a command in sight of the user; raises `subprocess.CalledProcessError` when it fails."""
    subprocess.run(command, check=True)


def _kafka_is_there() -> str | None:
    return str(kafka_libs()) if kafka_libs().is_dir() else None


def _fetch_kafka() -> None:
    libs = kafka_libs()
    libs.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=libs.parent) as fetched:
        maven = ["mvn", "-q", "-B", "-f", str(KAFKA_POM), "dependency:copy-dependencies"]
        run([*maven, f"-DoutputDirectory={fetched}/libs"])
        Path(fetched, "libs").rename(libs)  # all of them or none


def _build_secantusd_rs() -> None:
    cargo = ["cargo", "install", "secantus-mdb", "--version", _SECANTUS, "--locked", "--ignore-rust-version"]
    run([*cargo, "--root", str(FOLDER)])


def _build_compose_spec() -> None:
    run(["go", "build", "-C", str(COMPOSE_SPEC_SOURCE), "-o", str(FOLDER / "bin" / "compose-spec"), "."])


def _install(name: str) -> None:
    uv, folder = str(Path(sys.executable).with_name("uv")), python_tool(name)
    run([uv, "venv", "--quiet", "--clear", str(folder)])
    run([uv, "pip", "sync", "--quiet", "--python", str(folder), "--require-hashes", str(REQUIREMENTS / f"{name}.txt")])
    (folder / "complete").touch()


def _python_program(name: str, effort: str) -> Tool:
    return Tool(name, partial(made_python_tool, name), {}, effort, partial(_install, name))


TOOLS = {
    "kafka": Tool("Apache Kafka", _kafka_is_there, {"java": "Java 17", "mvn": "Maven"}, "fetching 43 MB", _fetch_kafka),
    "secantus": Tool(
        "SecantusDB's Rust server",
        secantusd_rs,
        {"cargo": "Rust", "cmake": "cmake", "ninja": "ninja-build", "swig": "swig"},
        "building, about five minutes (needs libclang-dev, too)",
        _build_secantusd_rs,
    ),
    "compose-spec": Tool(
        "Compose's reader", compose_spec, {"go": "Go"}, "building, half a minute", _build_compose_spec
    ),
    "checkov": _python_program("checkov", "installing, 220 MB"),
    "cyclonedx-bom": _python_program("cyclonedx-bom", "installing, 40 MB"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Make what can be made; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.tools", description=__doc__)
    parser.add_argument("tool", nargs="*", choices=[*TOOLS, []], help="which (default: all)")
    asked = parser.parse_args(arguments).tool or TOOLS
    failed = False
    for tool in (TOOLS[name] for name in asked):
        try:
            tool.ensure(lambda line: print(line, flush=True))
        except subprocess.CalledProcessError as error:
            failed = True
            print(f"{tool.name}: {error.cmd[0]} failed with {error.returncode}", file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
