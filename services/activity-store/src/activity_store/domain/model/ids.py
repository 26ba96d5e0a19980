"""Document ids that hold their company, so that no look-up by id can cross from one tenant to another (G4)."""

from urllib.parse import quote


def scoped(company_id: str, *parts: str) -> str:
    """Return the document id of something in a company; different arguments never give the same id."""
    return ":".join([*(quote(part, safe="") for part in (company_id, *parts[:-1])), *parts[-1:]])
