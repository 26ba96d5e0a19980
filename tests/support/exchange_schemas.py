"""Microsoft's EWS schemas, beside the project where they are at hand: simulated Exchange Servers judge by them."""

from pathlib import Path

SCHEMAS = Path(__file__).parents[3] / "shared" / "providers" / "ews" / "all.xsd"
JUDGE: Path | None = SCHEMAS if SCHEMAS.exists() else None
"""What a simulator is given: None where there are none."""
ARGUMENTS: tuple[str, ...] = ("--schemas", str(SCHEMAS)) if JUDGE else ()
"""The same, for a simulator that runs as a process."""
