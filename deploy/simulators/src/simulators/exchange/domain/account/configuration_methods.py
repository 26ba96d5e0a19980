"""GetUserConfiguration: Outlook on the web's options, of which other clients read the time zone."""

from copy import deepcopy

from simulators.exchange.domain.call import Call
from simulators.exchange.domain.errors import EwsError
from simulators.exchange.domain.responses import failure
from simulators.exchange.domain.xml import Element, child, m, t
from simulators.frame.store import zones

_OPTIONS = "OWA.UserOptions"
_NAME = "GetUserConfiguration"


def get_user_configuration(call: Call) -> Element:
    """Answer the options; there is no other configuration here."""
    name = child(call.request, "m:UserConfigurationName")
    if name is None or name.get("Name") != _OPTIONS:
        return _named(failure(_NAME, EwsError("ErrorItemNotFound", "The configuration object was not found.")))
    options = t("Dictionary", _entry("timezone", zones.windows(call.account.time_zone)))
    target = t("UserConfigurationName", deepcopy(list(name)), Name=_OPTIONS)
    found = m("UserConfiguration", target, options)
    return m(f"{_NAME}Response", m("ResponseCode", "NoError"), found, ResponseClass="Success")


def _named(message: Element) -> Element:
    """The schema has the message itself as the answer, not in a list of messages."""
    return m(f"{_NAME}Response", list(message), ResponseClass="Error")


def _entry(name: str, value: str) -> Element:
    typed = ((kind, text) for kind, text in (("DictionaryKey", name), ("DictionaryValue", value)))
    return t("DictionaryEntry", [t(kind, t("Type", "String"), t("Value", text)) for kind, text in typed])
