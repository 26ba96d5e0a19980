"""A database behind TLS that wants a password (SCRAM-SHA-256) or a client's own certificate (MONGODB-X509).

SecantusDB, not MongoDB itself: what is shown is that our side, MongoDB's own driver, speaks TLS, SCRAM and X.509 with a
server that lets nobody in without them.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import trustme
from cryptography import x509
from pymongo import MongoClient

from sandbox.processes import free_port, probes, secantus
from tests.support.certificates import Certificates
from tests.support.infrastructure import running

USER, PASSWORD = "connector", "correct/horse@battery"
QUOTED = "correct%2Fhorse%40battery"


@dataclass(frozen=True)
class SecuredMongo(Certificates):
    """Where the servers listen, and the files of certificates.

    `secured` wants a password or a certificate as MongoDB's X.509 users have; `mutual` wants a certificate beside the
    password; the certificate of `expired` has; `open` speaks no TLS.
    """

    secured: str
    mutual: str
    expired: str
    open: str


@contextmanager
def secured_mongo(folder: Path) -> Iterator[SecuredMongo]:
    """Run the servers, ready, with the users `connector` and the client certificate's."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    _write(authority.issue_cert("127.0.0.1"), folder / "server.pem")
    _write(authority.issue_cert("127.0.0.1", not_after=datetime.now(UTC) - timedelta(days=1)), folder / "expired.pem")
    _write(
        authority.issue_cert("connector.example", common_name="connector", organization_unit_name="tests"),
        folder / "client.pem",
    )
    with ExitStack() as stack:
        yield SecuredMongo(folder, **{name: stack.enter_context(_server(folder, name)) for name in _SERVERS})


_TLS = ("--auth", "--tls-cert-file", "{folder}/{certificate}.pem", "--tls-key-file", "{folder}/{certificate}.pem")
_CA = ("--tls-ca-file", "{folder}/ca.pem")
_SERVERS: Mapping[str, tuple[Sequence[str], str]] = {
    "secured": ((*_TLS, *_CA), "server"),
    "mutual": ((*_TLS, *_CA, "--tls-require-client-cert"), "server"),
    "expired": (_TLS, "expired"),
    "open": ((), ""),
}


@contextmanager
def _server(folder: Path, name: str) -> Iterator[str]:
    options, certificate = _SERVERS[name]
    unit = secantus(free_port(), folder / name, folder / f"{name}.log")
    if options:
        with running(unit):
            _add_users(f"mongodb://127.0.0.1:{unit.port}", folder)
    asked = tuple(option.format(folder=folder, certificate=certificate) for option in options)
    with running(replace(unit, argv=(*unit.argv, *asked), probe=partial(probes.tcp, unit.port))):
        yield f"127.0.0.1:{unit.port}"


def _add_users(url: str, folder: Path) -> None:
    """Make them while the server lets everybody in."""
    rights: Any = [{"role": "readWrite", "db": "tandem_connector"}]
    with MongoClient[dict[str, Any]](url) as client:
        client.admin.command("createUser", USER, pwd=PASSWORD, roles=rights, mechanisms=["SCRAM-SHA-256"])
        client["$external"].command(
            "createUser", subject(folder / "client.pem"), roles=rights, mechanisms=["MONGODB-X509"]
        )


def subject(certificate: Path) -> str:
    """Return what MongoDB calls the user of a certificate (RFC 4514)."""
    return x509.load_pem_x509_certificate(certificate.read_bytes()).subject.rfc4514_string()


def _write(issued: trustme.LeafCert, path: Path) -> None:
    issued.private_key_and_cert_chain_pem.write_to_path(str(path))
