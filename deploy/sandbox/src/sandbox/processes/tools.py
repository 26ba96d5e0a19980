"""Where tools that are made once for all clones of the repository are kept: see `sandbox.tools`, which makes them."""

import re
import shutil
from pathlib import Path
from typing import Final

FOLDER: Final = Path("~/.cache/tandem/tools").expanduser()
COMPOSE_SPEC_SOURCE: Final = Path(__file__).resolve().parents[3] / "compose-spec"
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
