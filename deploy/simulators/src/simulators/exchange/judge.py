"""Microsoft's EWS schemas as a judge of every request and answer, so that the simulator cannot drift into what we wish.

Microsoft's own files, beside the project where they are at hand.
"""

from functools import lru_cache
from pathlib import Path

from lxml import etree

from simulators.exchange.domain.xml import MESSAGES, TYPES, Element, local

_JUDGED = (f"{{{MESSAGES}}}", f"{{{TYPES}}}")
# The schema's ExchangeVersionType. As a header the schema fixes the newest one; servers take the older ones too.
_NEWEST = "Exchange2016"
_VERSIONS = frozenset(
    {"Exchange2007", "Exchange2007_SP1", "Exchange2010", "Exchange2010_SP1", "Exchange2010_SP2"}
    | {"Exchange2013", "Exchange2013_SP1", _NEWEST}
)


class Judge:
    """What is wrong with a message of EWS."""

    def __init__(self, schema: etree.XMLSchema) -> None:
        """`schema`: of both namespaces, with everything that they include."""
        self._schema = schema

    def problems(self, header: Element | None, body: Element) -> list[str]:
        """Return what the schema does not allow in the only element of a body, and in the header's parts."""
        parts = [] if header is None else [one for one in header if str(one.tag).startswith(_JUDGED)]
        return [problem for part in (*parts, body) for problem in self._found(part)]

    def _found(self, part: Element) -> list[str]:
        # Validated as a document of its own, so that the envelope's namespaces do not matter.
        copied = etree.fromstring(etree.tostring(part, with_tail=False))
        if local(copied) == "RequestServerVersion" and copied.get("Version") in _VERSIONS:
            copied.set("Version", _NEWEST)
        try:
            self._schema.assertValid(copied)
        except etree.DocumentInvalid as invalid:
            return [str(invalid)]
        return []


@lru_cache(maxsize=1)
def judge(path: Path) -> Judge:
    """Read the schemas; this takes a moment."""
    return Judge(etree.XMLSchema(etree.parse(str(path))))
