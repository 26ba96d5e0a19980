"""Microsoft's schemas of EWS, by which everything that tests send and answer is judged, where they are there."""

from functools import cache

from lxml import etree

from connector.adapters.providers.ews.xml import Element
from tests.support.exchange_schemas import SCHEMAS

ABSENT = f"Microsoft's schemas are not at {SCHEMAS}"


@cache
def schema() -> etree.XMLSchema | None:
    """Return the schemas; None where they are absent."""
    return etree.XMLSchema(etree.parse(str(SCHEMAS))) if SCHEMAS.exists() else None


def check(element: Element) -> None:
    """Fail where an element of the messages is not as the schema wants it."""
    judge = schema()
    if judge and not judge.validate(element):
        raise AssertionError(f"{judge.error_log}\n{etree.tostring(element, pretty_print=True).decode()}")
