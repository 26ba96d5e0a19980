"""An operation of EWS as exchangelib sends it.

Imports exchangelib, so it is imported only in the thread that makes a first call.
"""

from functools import cache
from typing import Any

from exchangelib import UTC as EXCHANGELIB_UTC
from exchangelib.errors import MalformedResponseError, SOAPError
from exchangelib.services.common import EWSAccountService
from exchangelib.util import SOAPNS
from lxml import etree

from connector.adapters.providers.ews.xml import Element


class Operation(EWSAccountService):  # type: ignore[misc]  # exchangelib ships no types
    """An operation whose answer is handed out as it came."""

    def messages(self, request: Element) -> list[Element]:
        """Return the response messages."""
        return list(self._get_response_xml(payload=request))

    @property
    def _timezone(self) -> Any:  # noqa: ANN401 - exchangelib's zone
        """In which times without an offset are meant: never the machine's zone."""
        return EXCHANGELIB_UTC

    def _api_versions_to_try(self) -> tuple[str]:
        """Only the version that was found on connecting: else a refused request would be repeated seven times."""
        return (self._version_hint.api_version,)

    @classmethod
    def _get_soap_parts(cls, response: Any) -> tuple[Element | None, Element]:  # noqa: ANN401 - of requests
        """Split the envelope, in one go: exchangelib would feed the parser byte by byte."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=True)
        try:
            root = etree.fromstring(response.content, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise SOAPError("the answer is no XML") from error
        body = None if root is None else root.find(f"{{{SOAPNS}}}Body")
        if root is None or body is None:
            raise MalformedResponseError("the answer is no SOAP")
        return root.find(f"{{{SOAPNS}}}Header"), body


@cache
def operation(name: str) -> type[Operation]:
    """Return the operation of this name."""
    return type(name, (Operation,), {"SERVICE_NAME": name})
