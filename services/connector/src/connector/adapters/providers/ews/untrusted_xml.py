"""XML that comes from outside: read without entities, without the network, and only so long."""

from lxml import etree

from chassis.errors import Rejected
from connector.adapters.providers.ews.xml import MESSAGES, TYPES, Element

__all__ = ["MESSAGES", "PREFIXES", "SOAP", "TYPES", "Element", "local", "parsed"]

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
PREFIXES = {"s": SOAP, "t": TYPES, "m": MESSAGES}


def parsed(body: bytes, longest: int = 1024 * 1024) -> Element:
    """Return the root of a document. Raises Rejected for one that is too long, has a DTD, or is none."""
    if len(body) > longest:
        raise Rejected("malformed_request", "the document is too long")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:  # ValueError: an encoding that nobody knows
        raise Rejected("malformed_request", "this is no XML document") from error
    if str(root.getroottree().docinfo.doctype):  # type: ignore[union-attr]  # the stubs know half of it
        raise Rejected("malformed_request", "the document has a DTD")
    return root


def local(element: Element) -> str:
    """Return an element's name without its namespace; empty for a comment."""
    tag: object = element.tag  # a comment's is a function, whatever the stubs say
    return etree.QName(tag).localname if isinstance(tag, str) else ""
