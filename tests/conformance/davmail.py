"""DavMail, a CalDAV server in front of Exchange that no one here wrote, as a process.

It is Debian's: the installed package `davmail-server`, or its files, fetched once without installing anything.
"""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.debian import files_of
from tests.support.simulator_driver import wait_until

_JAR = Path("usr/share/davmail/davmail.jar")
_PACKAGES = (
    "davmail-server",
    *("libactivation-java", "libcommons-codec-java", "libcommons-logging-java", "libhtmlcleaner-java"),
    *("libhttpclient-java", "libhttpcore-java", "libjackrabbit-java", "libjcifs-java", "libjdom2-java"),
    *("libjettison-java", "libjna-java", "libjna-jni", "liblog4j1.2-java", "libmail-java", "libslf4j-java"),
    *("libstax2-api-java", "libwoodstox-java"),
)
_SETTINGS = """davmail.server=true
davmail.mode=EWS
davmail.url={url}
davmail.bindAddress=127.0.0.1
davmail.allowRemote=false
davmail.disableUpdateCheck=true
davmail.caldavPort={port}
davmail.imapPort=
davmail.ldapPort=
davmail.popPort=
davmail.smtpPort=
davmail.caldavPastDelay=0
davmail.logFilePath={folder}/davmail.log
log4j.rootLogger=WARN
"""


@contextmanager
def davmail(url: str, folder: Path) -> Iterator[str]:
    """Run DavMail in front of an Exchange's EWS; its own address. Skips where it cannot be had."""
    root = _root()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = folder / "davmail.properties"
    settings.write_text(_SETTINGS.format(url=url, port=port, folder=folder))
    command = [*_java(root, folder), "davmail.DavGateway", "-server", str(settings)]
    with (folder / "davmail.out").open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        wait_until(lambda: _listens(port), "DavMail")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _java(root: Path, folder: Path) -> list[str]:
    jars = [root / _JAR, *sorted((root / "usr/share/java").glob("*.jar"))]
    native = next(root.glob("usr/lib/*/jni/libjnidispatch*.so"), root)
    flags = [f"-Duser.home={folder}", f"-Djava.library.path={native.parent}", "-Djna.nosys=false"]
    return [shutil.which("java") or "java", *flags, "-cp", ":".join(map(str, jars))]


def _root() -> Path:
    """Return the folder below which Debian's files lie."""
    if shutil.which("java") is None:
        pytest.skip("DavMail needs Java")
    return files_of("davmail", _PACKAGES, _JAR)


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0
