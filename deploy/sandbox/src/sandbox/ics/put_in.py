"""Which calendar files are in which provider's calendar already, so that the next start leaves them alone."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path


@dataclass(frozen=True)
class PutIn:
    """Keeps a line for each file and provider in `folder`, which goes with the sandbox's calendars (`make clean`)."""

    folder: Path

    def knows(self, provider: str, data: bytes) -> bool:
        """Whether a file's content went into a provider's calendar before."""
        return _line(provider, data) in self._lines()

    def note(self, provider: str, data: bytes) -> None:
        """Remember that it did."""
        self._file.write_text("".join(f"{line}\n" for line in [*self._lines(), _line(provider, data)]))

    def _lines(self) -> list[str]:
        return self._file.read_text().splitlines() if self._file.exists() else []

    @property
    def _file(self) -> Path:
        return self.folder / "calendar-files"


def _line(provider: str, data: bytes) -> str:
    return f"{provider} {sha256(data).hexdigest()}"
