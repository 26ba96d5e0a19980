"""Where the sandbox keeps what it has."""

from pathlib import Path
from typing import Final

FOLDER: Final = Path("var/sandbox")
SETTINGS_FILE: Final = "settings.env"
