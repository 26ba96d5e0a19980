"""The certificates of a server that lets nobody in without TLS, as files."""

from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificates:
    """Where they are."""

    folder: Path

    @property
    def ca(self) -> Path:
        """Who signed the server's certificate."""
        return self.folder / "ca.pem"

    @property
    def certificate(self) -> Path:
        """The client's certificate and key, in one file."""
        return self.folder / "client.pem"

    def stranger(self) -> Path:
        """Return the file of an authority that signed nothing here."""
        path = self.folder / "stranger.pem"
        trustme.CA().cert_pem.write_to_path(str(path))
        return path
