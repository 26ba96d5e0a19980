"""What a start says of a server that no Kafka would be: Kafka itself is in the integration tests."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

from chassis.messaging.kafka_security import likely_cause
from chassis.settings import KafkaSettings


@asynccontextmanager
async def answering(context: ssl.SSLContext | None) -> AsyncIterator[str]:
    """Answer with this certificate, or without TLS with something that is none."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(16)
        writer.write(b"\0\0\0\0")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context) as server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


def settings(folder: Path, authority: trustme.CA, bootstrap: str) -> KafkaSettings:
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    return KafkaSettings(kafka_bootstrap=bootstrap, kafka_ca_file=folder / "ca.pem")


async def test_an_expired_certificate_is_named(tmp_path: Path) -> None:
    authority, context = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1", not_after=datetime.now(UTC) - timedelta(days=1)).configure_cert(context)
    async with answering(context) as bootstrap:
        cause = await likely_cause(settings(tmp_path, authority, bootstrap))
    assert cause == f"the certificate of {bootstrap} is not accepted: certificate has expired"


async def test_a_server_without_tls_is_named(tmp_path: Path) -> None:
    async with answering(None) as bootstrap:
        cause = await likely_cause(settings(tmp_path, trustme.CA(), bootstrap))
    assert cause == f"{bootstrap} ends the handshake: does it speak TLS on this port?"
