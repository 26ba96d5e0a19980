"""How we and the database prove who they are, and why it did not let us in.

TLS is always verified. User, password and mechanism (SCRAM-SHA-256, MONGODB-X509) are in the address.
"""

import re
from typing import Any

from pymongo.errors import OperationFailure, PyMongoError
from pymongo.server_description import ServerDescription
from pymongo.topology_description import TopologyDescription

from chassis.errors import NeedsOperator, Transient
from chassis.mongo_url import user_of
from chassis.outages import as_transient
from chassis.settings import ChassisSettings

_WORDS_OF_THE_DRIVER = re.compile(r" \((?:_ssl\.c:\d+|configured timeouts: [^)]*)\)")
_CAUSES = (
    (r"CERTIFICATE_VERIFY_FAILED.*: (.+)", "the certificate of {address} is not accepted: {found}"),
    (r"CERTIFICATE_REQUIRED", "{address} wants our certificate (TANDEM_MONGO_CERTIFICATE_KEY_FILE)"),
    (r"UNKNOWN_CA|ALERT_\w*CERTIFICATE\w*", "{address} does not accept our certificate: {said}"),
    (
        r"WRONG_VERSION_NUMBER|UNEXPECTED_EOF|EOF occurred|handshake operation timed out|SSL.*Errno 104",
        "{address} and we find no common TLS; does it speak TLS at all? {said}",
    ),
    (r"connection closed|Errno 104", "{address} closes the connection: does it want TLS (TANDEM_MONGO_CA_FILE)?"),
    (r"", "{address} does not answer: {said}"),
)
"""What the driver says, which passes on no other trace of an error, and what it means; the first that fits."""

_NOT_YET = "No servers found yet"


def tls_options(settings: ChassisSettings) -> dict[str, Any]:
    """Return what the driver is to be given beside the address; nothing where no file is set."""
    files = {"tlsCAFile": settings.mongo_ca_file, "tlsCertificateKeyFile": settings.mongo_certificate_key_file}
    given = {option: str(path) for option, path in files.items() if path}
    return {"tls": True, **given} if given else {}


def no_way_in(error: PyMongoError, url: str, servers: TopologyDescription) -> Transient:
    """Return the error of a first call as one line for an operator, without a secret in it."""
    sorted_error = as_transient(error)
    if isinstance(error, OperationFailure) and isinstance(sorted_error, NeedsOperator):
        return NeedsOperator(sorted_error.code, f"{sorted_error.detail}: {_who(url)}")
    causes = dict.fromkeys(filter(None, map(_likely_cause, servers.server_descriptions().values())))
    silence = "no server answers in time; do both sides speak TLS?" if _NOT_YET in str(error) else str(error)
    return Transient("mongo_unavailable", "; ".join(causes) or silence.partition(", Timeout:")[0])


def _who(url: str) -> str:
    user = user_of(url)
    return f"is the password of {user} right, and authSource?" if user else "does it know our certificate's subject?"


def _likely_cause(server: ServerDescription) -> str | None:
    if server.error is None:
        return None
    address = "{}:{}".format(*server.address)
    said = _WORDS_OF_THE_DRIVER.sub("", str(server.error)).replace(f"{address}: ", "")
    found, words = next((found, words) for pattern, words in _CAUSES if (found := re.search(pattern, said)))
    return words.format(address=address, said=said, found=found.expand(r"\1") if found.re.groups else "")
