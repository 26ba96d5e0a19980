"""SOAP 1.1 as Exchange speaks it: envelopes read and written, faults, and the headers that go with every answer."""

from dataclasses import dataclass

from lxml import etree
from starlette.responses import Response

from simulators.exchange.domain.errors import EwsError, FaultError
from simulators.exchange.domain.xml import TYPES, Element, child, children, make, q, serialized, t

MEDIA_TYPE = "text/xml; charset=utf-8"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# Exchange Server Subscription Edition, as its answers name it.
_VERSION = {
    "MajorVersion": "15",
    "MinorVersion": "2",
    "MajorBuildNumber": "2562",
    "MinorBuildNumber": "17",
    "Version": "V2017_07_11",
}


@dataclass(frozen=True, slots=True)
class Envelope:
    """A request: its header, if it has one, and the only element of its body."""

    header: Element | None
    request: Element

    def zone(self) -> str:
        """Return the Windows id of the TimeZoneContext; `UTC` without one."""
        context = None if self.header is None else child(self.header, "t:TimeZoneContext")
        definition = None if context is None else child(context, "t:TimeZoneDefinition")
        return "UTC" if definition is None else definition.get("Id", "UTC")


def parse(raw: bytes) -> Element:
    """Read XML of somebody else's; FaultError for what is none, and for a document type: Exchange allows none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, huge_tree=True)
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise FaultError("ErrorInvalidRequest", f"The request is no XML: {error}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise FaultError("ErrorInvalidRequest", "For security reasons DTD is prohibited in this XML document.")
    return root


def read(raw: bytes) -> Envelope:
    """Read a request."""
    root = parse(raw)
    body = root.find(q("s:Body"))
    if root.tag != q("s:Envelope") or body is None or len(children(body)) != 1:
        raise FaultError("ErrorInvalidRequest", "The request is no SOAP envelope with one element in its body.")
    return Envelope(root.find(q("s:Header")), children(body)[0])


def written(body: Element, *, header: Element | None = None) -> bytes:
    """Return an envelope as bytes."""
    head = None if header is None else make("s:Header", header)
    envelope = make("s:Envelope", head, make("s:Body", body))
    return serialized(envelope)


def version() -> Element:
    """Return the header that says which Exchange this is."""
    return t("ServerVersionInfo", **_VERSION)


def requested_version() -> Element:
    """Return the header of a call that Exchange makes."""
    return t("RequestServerVersion", Version="Exchange2016")


def answer(body: Element, *, status: int = 200, with_version: bool = True) -> Response:
    """Return a SOAP answer; a server may leave its version out."""
    content = written(body, header=version() if with_version else None)
    return Response(content, status, media_type=MEDIA_TYPE)


def fault(error: EwsError) -> Response:
    """Return a SOAP fault with HTTP 500."""
    code = etree.Element("faultcode", nsmap={"a": TYPES})
    code.text = f"a:{error.code}"
    text = etree.Element("faultstring")
    text.set(_LANGUAGE, "en-US")
    text.text = error.message
    detail = etree.Element("detail")
    detail.extend([make("e:ResponseCode", error.code), make("e:Message", error.message), *_values(error)])
    return answer(make("s:Fault", [code, text, detail]), status=500)


def _values(error: EwsError) -> list[Element]:
    """Return the MessageXml of a fault: schema violations by elements of their own, everything else by name."""
    if not error.values:
        return []
    if error.code == "ErrorSchemaValidation":
        return [t("MessageXml", [t(name, value) for name, value in error.values.items()])]
    return [t("MessageXml", [t("Value", value, Name=name) for name, value in error.values.items()])]


def text_of(element: Element) -> str:
    """Return an element as the journal shows it."""
    return etree.tostring(element, encoding="unicode")
