"""ConvertId: an id in another of Exchange's writings, with the mailbox that it is of. Other clients ask for it."""

import base64
import binascii
from urllib.parse import quote, unquote

from simulators.exchange.domain.call import Call
from simulators.exchange.domain.errors import malformed_id
from simulators.exchange.domain.responses import each, nothing
from simulators.exchange.domain.xml import XSI_TYPE, Element, child, children, m

_HEXADECIMAL, _OF_URLS = "HexEntryId", "OwaId"


def convert_id(call: Call) -> Element:
    """Answer ids in the writing that is asked for; whether there is such an item is not looked at."""
    wanted = call.request.get("DestinationFormat", "EwsId")

    def one(source: Element) -> list[Element]:
        raw = _read(source.get("Id", ""), source.get("Format", "EwsId"))
        made = m("AlternateId", Format=wanted, Id=_written(raw, wanted), Mailbox=call.account.email)
        made.set(XSI_TYPE, "t:AlternateIdType")
        return [made]

    return each("ConvertId", children(child(call.request, "m:SourceIds")), one, nothing)


def _read(text: str, writing: str) -> bytes:
    try:
        if writing == _HEXADECIMAL:
            return bytes.fromhex(text)
        return base64.b64decode(unquote(text) if writing == _OF_URLS else text, validate=True)
    except (ValueError, binascii.Error):
        raise malformed_id() from None


def _written(raw: bytes, writing: str) -> str:
    if writing == _HEXADECIMAL:
        return raw.hex().upper()
    text = base64.b64encode(raw).decode()
    return quote(text, safe="") if writing == _OF_URLS else text
