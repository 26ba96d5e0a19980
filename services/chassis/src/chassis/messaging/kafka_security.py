"""How our Kafka clients and the brokers prove who they are: the same arguments for consumers, producers and admins.

SASL goes over TLS only: without a context FastStream would take SASL for SASL_PLAINTEXT, and send the password's proof
to whoever answers.
"""

import asyncio
import ssl
from contextlib import suppress
from typing import Any

from faststream.kafka.security import parse_security
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from chassis.settings import KafkaSettings

_SECONDS = 3.0
_PASSWORD_CLASSES = {"SCRAM-SHA-512": SASLScram512, "SCRAM-SHA-256": SASLScram256, "PLAIN": SASLPlaintext}


def security_of(settings: KafkaSettings) -> BaseSecurity | None:
    """Return what FastStream's broker is to be given; None for a broker without TLS.

    Raises OSError (ssl.SSLError among them) where a file of the settings cannot be read or is none of its kind.
    """
    context = _tls(settings)
    if context is None:
        return None
    if settings.kafka_username is None or settings.kafka_password is None:
        return BaseSecurity(ssl_context=context, use_ssl=True)
    with_password = _PASSWORD_CLASSES[settings.kafka_sasl_mechanism]
    return with_password(settings.kafka_username, settings.kafka_password, ssl_context=context, use_ssl=True)


def client_arguments(settings: KafkaSettings) -> dict[str, Any]:
    """Return what any aiokafka client is to be given to reach the broker: its addresses, and how to prove itself."""
    return {"bootstrap_servers": settings.kafka_bootstrap, **parse_security(security_of(settings))}


def _tls(settings: KafkaSettings) -> ssl.SSLContext | None:
    if settings.kafka_ca_file is None:
        return None
    context = ssl.create_default_context(cafile=settings.kafka_ca_file)
    if settings.kafka_certificate_file and settings.kafka_key_file:
        context.load_cert_chain(settings.kafka_certificate_file, settings.kafka_key_file)
    return context


async def likely_cause(settings: KafkaSettings) -> str:
    """Return in a few words why no broker lets us in; clients say no more than "unable to bootstrap".

    It asks the first broker by itself, up to the end of the TLS handshake.
    """
    host, _, port = settings.kafka_bootstrap.split(",", maxsplit=1)[0].strip().rpartition(":")
    context = _tls(settings)
    if problem := await _handshake(host, port, context):
        return problem
    if settings.kafka_username:
        user, mechanism = settings.kafka_username, settings.kafka_sasl_mechanism
        return f"{host}:{port} answers: is the password of {user} right, for {mechanism}?"
    if context is None:
        return f"{host}:{port} answers: does it want TLS (TANDEM_KAFKA_CA_FILE)?"
    return f"{host}:{port} answers: does it want a client certificate or a password?"


async def _handshake(host: str, port: str, context: ssl.SSLContext | None) -> str | None:
    """Connect, by TLS where there is a context; return what kept us from it."""
    try:
        async with asyncio.timeout(_SECONDS):
            _, writer = await asyncio.open_connection(host, int(port), ssl=context)
    except ssl.SSLCertVerificationError as error:
        return f"the certificate of {host}:{port} is not accepted: {error.verify_message}"
    except ssl.SSLError as error:
        return f"{host}:{port} and we find no common TLS: {error.reason}"
    except ConnectionResetError:
        return f"{host}:{port} ends the handshake: does it speak TLS on this port?"
    except (OSError, ValueError, TimeoutError) as error:
        return f"{host}:{port} does not answer: {str(error) or type(error).__name__}"
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return None
