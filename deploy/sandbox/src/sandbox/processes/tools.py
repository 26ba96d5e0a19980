"""Where tools that are made once for all clones of the repository are kept: see `sandbox.tools`, which makes them."""

import hashlib
import re
import shutil
from pathlib import Path
from typing import Final

FOLDER: Final = Path("~/.cache/tandem/tools").expanduser()
COMPOSE_SPEC_SOURCE: Final = Path(__file__).resolve().parents[3] / "compose-spec"
REQUIREMENTS: Final = Path(__file__).resolve().parents[5] / "requirements"
KAFKA_POM: Final = Path(__file__).resolve().parents[3] / "kafka" / "pom.xml"


def kafka_version() -> str:
    """Return the version of Apache Kafka, which the pom names."""
    version = re.search("<kafka.version>(.+)</kafka.version>", KAFKA_POM.read_text())
    assert version, f"{KAFKA_POM} names no version"  # noqa: S101 - a file of ours
    return version[1]


def kafka_libs() -> Path:
    """Return the folder of Apache Kafka's jars, there or not."""
    return FOLDER / f"kafka-{kafka_version()}" / "libs"


def secantusd_rs() -> str | None:
    """Return the path of SecantusDB's Rust server, None where it is not built."""
    return shutil.which("secantusd-rs") or shutil.which("secantusd-rs", path=str(FOLDER / "bin"))


def compose_spec() -> str | None:
    """Return the path of what reads Compose files as Docker Compose does, None where it is not built."""
    return shutil.which("compose-spec", path=str(FOLDER / "bin"))


def python_tool(name: str) -> Path:
    """Return the environment of a Python program with pins of its own (`requirements/<name>.txt`), there or not."""
    pins = (REQUIREMENTS / f"{name}.txt").read_bytes()
    return FOLDER / f"{name}-{hashlib.sha256(pins).hexdigest()[:12]}"


def made_python_tool(name: str) -> str | None:
    """Return the environment where it is complete."""
    folder = python_tool(name)
    return str(folder) if (folder / "complete").exists() else None
