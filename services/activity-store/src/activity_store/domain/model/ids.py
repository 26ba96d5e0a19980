"""Document ids that hold their company, so that no look-up by id can cross from one tenant to another (G4)."""

from urllib.parse import quote


def scoped(company_id: str, *parts: str) -> str:
    """Return the document id of something in a company; different arguments never give the same id."""
    return ":".join([*(quote(part, safe="") for part in (company_id, *parts[:-1])), *parts[-1:]])


def all_of(company_id: str) -> dict[str, str]:
    """Return the condition for the document ids of a whole company, which the index of ids answers."""
    begin = scoped(company_id, "")
    return {"$gte": begin, "$lt": f"{begin[:-1]};"}
