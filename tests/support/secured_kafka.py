"""An Apache Kafka behind TLS that wants a password (SCRAM, PLAIN) or a client's own certificate."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from sandbox.processes import free_port
from sandbox.processes.tools import kafka_libs
from tests.support.apache_kafka import ApacheKafka, apache_kafka
from tests.support.certificates import Certificates

USER, PASSWORD = "connector", "correct horse"
_JAAS = "org.apache.kafka.common.security"


@dataclass(frozen=True)
class SecuredKafka(Certificates):
    """Where it listens, for clients with a password, with a certificate, without TLS; its certificates are files."""

    with_password: str
    with_certificate: str
    without_tls: str


@contextmanager
def secured_kafka(folder: Path) -> Iterator[SecuredKafka]:
    """Run one, ready, with the user `connector`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    _write(authority.issue_cert("127.0.0.1"), folder / "server.pem")
    _write(authority.issue_cert("connector.example"), folder / "client.pem")
    password, certificate = free_port(), free_port()
    listeners = (f"SASL_SSL://127.0.0.1:{password}", f"SSL://127.0.0.1:{certificate}")
    with apache_kafka(folder, _properties(folder), listeners) as broker:
        _add_user(broker)
        yield SecuredKafka(folder, f"127.0.0.1:{password}", f"127.0.0.1:{certificate}", broker.bootstrap)


def _properties(folder: Path) -> dict[str, str]:
    return {
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512,SCRAM-SHA-256,PLAIN",
        "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": f"{_JAAS}.scram.ScramLoginModule required;",
        "listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config": f"{_JAAS}.scram.ScramLoginModule required;",
        "listener.name.sasl_ssl.plain.sasl.jaas.config": (
            f'{_JAAS}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
        ),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(folder / "server.pem"),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(folder / "ca.pem"),
        "listener.name.ssl.ssl.client.auth": "required",
    }


def _write(issued: trustme.LeafCert, path: Path) -> None:
    """Write key and certificates as Kafka reads them: the key as PKCS #8."""
    key = load_pem_private_key(issued.private_key_pem.bytes(), None)
    chain = b"".join(blob.bytes() for blob in issued.cert_chain_pems)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + chain)


def _add_user(broker: ApacheKafka) -> None:
    for mechanism in ("SCRAM-SHA-512", "SCRAM-SHA-256"):
        subprocess.run(
            [
                *(
                    "java",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    f"{kafka_libs()}/*",
                    "org.apache.kafka.tools.ConfigCommand",
                ),
                *("--bootstrap-server", broker.bootstrap, "--alter", "--entity-type", "users"),
                *("--entity-name", USER, "--add-config", f"{mechanism}=[password={PASSWORD}]"),
            ],
            check=True,
            capture_output=True,
        )
